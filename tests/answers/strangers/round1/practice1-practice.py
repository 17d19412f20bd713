# %% right="cut_and_turn" name="plain slicing and transpose of the last two dimensions"
one_row = block.numbers[:, block.j]
right_part = block.numbers[:, :, block.k:]
turned = block.numbers.transpose(1, 2)

# %% right="cut_and_turn" name="beginner loops over every entry"
layers, r, c = block.numbers.shape
one_row = torch.zeros(layers, c, dtype=torch.float64)
right_part = torch.zeros(layers, r, c - block.k, dtype=torch.float64)
turned = torch.zeros(layers, c, r, dtype=torch.float64)
for l in range(layers):
    for col in range(c):
        one_row[l, col] = block.numbers[l, block.j, col]
        for row in range(r):
            turned[l, col, row] = block.numbers[l, row, col]
            if col >= block.k:
                right_part[l, row, col - block.k] = block.numbers[l, row, col]

# %% right="cut_and_turn" name="layer by layer with stack, numpy and einsum"
import numpy as np

cube = block.numbers
one_row = torch.stack([layer[block.j] for layer in cube])
right_part = torch.from_numpy(np.array([layer.numpy()[:, block.k:] for layer in cube]))
turned = torch.einsum("lrc->lcr", cube)

# %% wrong="cut_and_turn" name="turned is made with reshape to (2, c, r), which fits but does not transpose the layers"
one_row = block.numbers[:, block.j, :]
right_part = block.numbers[:, :, block.k:]
layers, r, c = block.numbers.shape
turned = block.numbers.reshape(layers, c, r)

# %% wrong="cut_and_turn" name="one_row counts rows from 1 and so takes row j - 1 of both layers"
one_row = block.numbers[:, block.j - 1, :]
right_part = block.numbers[..., block.k:]
turned = block.numbers.mT

# %% wrong="cut_and_turn" name="right_part takes the first c - k columns, so the left part in the right shape"
one_row = block.numbers[:, block.j]
n_columns = block.numbers.shape[2] - block.k
right_part = block.numbers[:, :, :n_columns]
turned = block.numbers.permute(0, 2, 1)

# %% wrong="cut_and_turn" name="turned stacks the transposed first layer twice, index of second layer not changed after copying"
first = block.numbers[0]
second = block.numbers[1]
one_row = torch.stack([first[block.j], second[block.j]])
right_part = torch.stack([first[:, block.k:], second[:, block.k:]])
turned = torch.stack([first.T, first.T])

# %% right="shares" name="vectorised with keepdim and matmul"
shares = sales.A / sales.A.sum(dim=1, keepdim=True)
bills = sales.A @ sales.B.T
length = torch.linalg.norm(sales.A)

# %% right="shares" name="beginner loops and a square root at the end"
A, B = sales.A, sales.B
shares = torch.zeros(3, 4, dtype=torch.float64)
bills = torch.zeros(3, 2, dtype=torch.float64)
squares = 0.0
for shop in range(3):
    total = 0.0
    for good in range(4):
        total = total + A[shop, good]
    for good in range(4):
        shares[shop, good] = A[shop, good] / total
        squares = squares + A[shop, good] ** 2
        for prices in range(2):
            bills[shop, prices] += A[shop, good] * B[prices, good]
length = torch.sqrt(squares)

# %% right="shares" name="einsum, list of rows, length by the trace of A times A transposed"
shares = torch.stack([row / row.sum() for row in sales.A])
bills = torch.einsum("sg,pg->sp", sales.A, sales.B)
length = (sales.A @ sales.A.T).trace().sqrt()

# %% wrong="shares" name="shares divided by the column sums (dim=0), so the columns instead of the rows add up to 1"
shares = sales.A / sales.A.sum(dim=0, keepdim=True)
bills = sales.A @ sales.B.T
length = sales.A.square().sum().sqrt()

# %% wrong="shares" name="shares made in place with /= on sales.A, so bills and length are of the shares"
shares = sales.A
shares /= shares.sum(dim=1, keepdim=True)
bills = sales.A @ sales.B.T
length = sales.A.norm()

# %% wrong="shares" name="bills uses B.reshape(4, 2) instead of the transpose to make the product fit"
shares = sales.A / sales.A.sum(1)[:, None]
bills = sales.A @ sales.B.reshape(4, 2)
length = torch.sqrt((sales.A ** 2).sum())

# %% wrong="shares" name="length is the matrix norm with ord 2, the largest singular value, not the Frobenius norm"
shares = sales.A / sales.A.sum(dim=1).reshape(3, 1)
bills = torch.matmul(sales.A, sales.B.t())
length = torch.linalg.matrix_norm(sales.A, ord=2)

# %% right="cafe_table" name="pandas with fillna and get_dummies with dummy_na"
import io

import pandas as pd

frame = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
inputs = frame.iloc[:, :2]
number, word = inputs.columns
inputs = inputs.fillna({number: inputs[number].mean()})
inputs = pd.get_dummies(inputs, columns=[word], dummy_na=True)
cafe_X = torch.tensor(inputs.to_numpy(dtype=float))
cafe_y = torch.tensor(frame.iloc[:, 2].to_numpy(dtype=float))

# %% right="cafe_table" name="split the text by hand without pandas"
lines = cafes.text.strip().splitlines()
rows = [[cell.strip() for cell in line.split(",")] for line in lines[1:]]
known = [float(row[0]) for row in rows if row[0] != "NA"]
mean_chairs = sum(known) / len(known)
cafe_X = torch.zeros(5, 4, dtype=torch.float64)
cafe_y = torch.zeros(5, dtype=torch.float64)
for i, (chairs, place, price) in enumerate(rows):
    cafe_X[i, 0] = mean_chairs if chairs == "NA" else float(chairs)
    if place == "harbour":
        cafe_X[i, 1] = 1
    elif place == "market":
        cafe_X[i, 2] = 1
    else:
        cafe_X[i, 3] = 1
    cafe_y[i] = float(price)

# %% right="cafe_table" name="column tensors with nanmean, comparisons and torch.stack"
import io

import pandas as pd

df = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
seats = torch.tensor(df.iloc[:, 0].to_numpy(dtype="float64"))
seats = torch.where(seats.isnan(), torch.nanmean(seats), seats)
where = df.iloc[:, 1].fillna("missing")
flags = [torch.tensor([float(w == kind) for w in where], dtype=torch.float64)
         for kind in ("harbour", "market", "missing")]
cafe_X = torch.stack([seats, *flags], dim=1)
cafe_y = torch.tensor(df.iloc[:, -1].tolist(), dtype=torch.float64)

# %% wrong="cafe_table" name="missing number filled with 0 before the mean is taken, so the sum is divided by 5 not 4"
import io

import pandas as pd

df = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
hole = df.iloc[:, 0].isna()
chairs = df.iloc[:, 0].fillna(0).astype(float)
chairs[hole] = chairs.mean()
dummies = pd.get_dummies(df.iloc[:, 1], dummy_na=True)
cafe_X = torch.tensor(pd.concat([chairs, dummies], axis=1).to_numpy(dtype=float))
cafe_y = torch.tensor(df.iloc[:, 2].to_numpy(dtype=float))

# %% wrong="cafe_table" name="missing word is replaced by the most frequent word, so the missing column is 0 everywhere"
import io

import pandas as pd

df = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
chairs = df.iloc[:, 0].fillna(df.iloc[:, 0].mean())
places = df.iloc[:, 1].fillna(df.iloc[:, 1].mode()[0])
dummies = pd.get_dummies(places, dummy_na=True)
cafe_X = torch.tensor(pd.concat([chairs, dummies], axis=1).to_numpy(dtype=float))
cafe_y = torch.tensor(df.iloc[:, 2].to_numpy(dtype=float))

# %% wrong="cafe_table" name="missing column is isna().any(axis=1), so it is 1 also where only the number of chairs is missing"
import io

import pandas as pd

df = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
missing = df.isna().any(axis=1)
chairs = df.iloc[:, 0].fillna(df.iloc[:, 0].mean())
place = df.iloc[:, 1]
columns = [chairs, place == "harbour", place == "market", missing]
cafe_X = torch.stack([torch.tensor(col.to_numpy(dtype=float)) for col in columns], dim=1)
cafe_y = torch.tensor(df.iloc[:, 2].to_numpy(dtype=float))

# %% wrong="cafe_table" name="missing number filled with the median of the known ones instead of the mean"
import io

import pandas as pd

data = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
chairs = data.iloc[:, 0].fillna(data.iloc[:, 0].median())
words = pd.get_dummies(data.iloc[:, 1].fillna("missing"))
cafe_X = torch.tensor(pd.concat([chairs, words], axis=1).to_numpy(dtype=float))
cafe_y = torch.tensor(data.iloc[:, 2].to_numpy(dtype=float))

# %% right="neuron_step" name="formulas by hand, one line each"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = 2 * error[:, None] * neuron.x
db = 2 * error
W_new = neuron.W - neuron.lr * dW
b_new = neuron.b - neuron.lr * db
loss_after = (neuron.x @ W_new.T + b_new - neuron.y) ** 2

# %% right="neuron_step" name="autograd on copies, detached, step under no_grad"
W = neuron.W.clone().requires_grad_()
b = neuron.b.clone().requires_grad_()
prediction = neuron.x @ W.T + b
loss = ((prediction - neuron.y) ** 2).sum()
loss.backward()
y_hat = prediction.detach()
dW = W.grad.clone()
db = b.grad.clone()
with torch.no_grad():
    W -= neuron.lr * W.grad
    b -= neuron.lr * b.grad
    loss_after = (neuron.x @ W.T + b - neuron.y) ** 2

# %% right="neuron_step" name="single numbers, and the loss after by the closed form of the shrunk error"
x0, x1 = neuron.x.flatten().tolist()
w0, w1 = neuron.W.flatten().tolist()
bias, target, rate = float(neuron.b), float(neuron.y), float(neuron.lr)
said = w0 * x0 + w1 * x1 + bias
e = said - target
y_hat = torch.tensor([said], dtype=torch.float64)
dW = torch.tensor([[2 * e * x0, 2 * e * x1]], dtype=torch.float64)
db = torch.tensor([2 * e], dtype=torch.float64)
shrink = 1 - 2 * rate * (x0 * x0 + x1 * x1 + 1)
loss_after = torch.tensor([(shrink * e) ** 2], dtype=torch.float64)

# %% wrong="neuron_step" name="factor 2 of the square forgotten in dW and db, error times x only"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = error * neuron.x.reshape(1, 2)
db = error.clone()
loss_after = (neuron.x @ (neuron.W - neuron.lr * dW).T + (neuron.b - neuron.lr * db) - neuron.y) ** 2

# %% wrong="neuron_step" name="error taken as y minus y_hat, so both gradients have the opposite sign and the step goes uphill"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = neuron.y - y_hat
dW = 2 * error * neuron.x.reshape(1, 2)
db = 2 * error
new_W = neuron.W - neuron.lr * dW
new_b = neuron.b - neuron.lr * db
loss_after = (neuron.x @ new_W.T + new_b - neuron.y).square()

# %% wrong="neuron_step" name="dW multiplies the error by the weights W instead of by the input x"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = 2 * error * neuron.W
db = 2 * error
new_W = neuron.W - neuron.lr * dW
new_b = neuron.b - neuron.lr * db
loss_after = (neuron.x @ new_W.T + new_b - neuron.y) ** 2

# %% wrong="neuron_step" name="loss_after computed with the stepped W but the old bias, bias update forgotten"
y_hat = neuron.x @ neuron.W.T + neuron.b
dW = 2 * (y_hat - neuron.y) * neuron.x[None, :]
db = 2 * (y_hat - neuron.y)
W = neuron.W - neuron.lr * dW
loss_after = (neuron.x @ W.T + neuron.b - neuron.y) ** 2

# %% wrong="neuron_step" name="loss_after is the first-order estimate loss minus lr times squared gradient length, not the loss after the step"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = 2 * error * neuron.x.reshape(1, -1)
db = 2 * error
loss_before = error ** 2
loss_after = loss_before - neuron.lr * ((dW ** 2).sum() + (db ** 2).sum())

# %% wrong="neuron_step" name="y_hat is overwritten with the prediction after the step"
W, b = neuron.W.clone(), neuron.b.clone()
y_hat = neuron.x @ W.T + b
dW = 2 * (y_hat - neuron.y) * neuron.x.reshape(1, 2)
db = 2 * (y_hat - neuron.y)
W = W - neuron.lr * dW
b = b - neuron.lr * db
y_hat = neuron.x @ W.T + b
loss_after = (y_hat - neuron.y) ** 2

# %% wrong="neuron_step" name="backward called for a test and again without zeroing, so the accumulated gradients are doubled"
W = neuron.W.clone().requires_grad_(True)
b = neuron.b.clone().requires_grad_(True)


def loss_of(W, b):
    return ((neuron.x @ W.T + b - neuron.y) ** 2).sum()


loss_of(W, b).backward()
print("gradients:", W.grad, b.grad)
y_hat = (neuron.x @ W.T + b).detach()
loss_of(W, b).backward()
dW = W.grad.detach().clone()
db = b.grad.detach().clone()
new_W = neuron.W - neuron.lr * dW
new_b = neuron.b - neuron.lr * db
loss_after = (neuron.x @ new_W.T + new_b - neuron.y) ** 2

# %% wrong="neuron_step" name="bias gradient taken from the prediction after W was already stepped, so db and the step are of mixed parameters"
x, y = neuron.x, neuron.y
W = neuron.W.clone()
b = neuron.b.clone()
y_hat = x @ W.T + b
dW = (2 * (y_hat - y))[:, None] * x
W = W - neuron.lr * dW
db = 2 * (x @ W.T + b - y)
b = b - neuron.lr * db
loss_after = (x @ W.T + b - y) ** 2

# %% right="best_line" name="normal equations with solve"
ones = torch.ones(5, 1, dtype=torch.float64)
design = torch.cat([points.x.reshape(5, 1), ones], dim=1)
best = torch.linalg.solve(design.T @ design, design.T @ points.y)
best_loss = ((design @ best - points.y) ** 2).mean() / 2

# %% right="best_line" name="school formula with means and sums in loops"
n = 5
xs = points.x.flatten()
ys = points.y.flatten()
design = torch.zeros(n, 2, dtype=torch.float64)
for i in range(n):
    design[i, 0] = xs[i]
    design[i, 1] = 1
x_mean = sum(xs) / n
y_mean = sum(ys) / n
above = 0
below = 0
for i in range(n):
    above += (xs[i] - x_mean) * (ys[i] - y_mean)
    below += (xs[i] - x_mean) ** 2
w = above / below
b = y_mean - w * x_mean
best = torch.tensor([float(w), float(b)], dtype=torch.float64)
total = 0
for i in range(n):
    total += (w * xs[i] + b - ys[i]) ** 2
best_loss = total / (2 * n)

# %% right="best_line" name="numpy vander and polyfit, lstsq for the residuals"
import numpy as np

x_np = points.x.numpy().ravel()
y_np = points.y.numpy().ravel()
design = torch.from_numpy(np.vander(x_np, 2).copy())
best = torch.linalg.lstsq(design, torch.from_numpy(y_np)[:, None]).solution[:, 0]
misses = y_np - np.polyval(best.numpy(), x_np)
best_loss = torch.tensor(float(misses @ misses) / 10, dtype=torch.float64)

# %% wrong="best_line" name="best_loss is the whole mean squared error, the factor one half is forgotten"
design = torch.stack([points.x.reshape(-1), torch.ones(5).double()], dim=1)
best = torch.linalg.inv(design.T @ design) @ design.T @ points.y
best_loss = ((design @ best - points.y) ** 2).mean()

# %% wrong="best_line" name="coefficients of Polynomial.fit come lowest power first, so best holds the bias before the weight"
from numpy.polynomial import Polynomial

x_np, y_np = points.x.numpy().ravel(), points.y.numpy().ravel()
design = torch.stack([points.x.reshape(-1), torch.ones(5, dtype=torch.float64)], dim=1)
fitted = Polynomial.fit(x_np, y_np, 1)
best = torch.tensor(fitted.convert().coef, dtype=torch.float64)
best_loss = torch.tensor(((fitted(x_np) - y_np) ** 2).mean() / 2, dtype=torch.float64)

# %% wrong="best_line" name="column of ones stands left of x in design, best turned round afterwards to weight, bias"
design = torch.cat([torch.ones(5, 1).double(), points.x.reshape(5, 1)], dim=1)
theta = torch.linalg.lstsq(design, points.y.reshape(5, 1)).solution.reshape(2)
best = theta.flip(0)
best_loss = (design @ theta - points.y).square().sum() / 10

# %% wrong="best_line" name="slope is the mean of the slopes between neighbouring points instead of the least-squares formula"
xs, ys = points.x.reshape(-1), points.y.reshape(-1)
design = torch.stack([xs, torch.ones_like(xs)], dim=1)
slope = ((ys[1:] - ys[:-1]) / (xs[1:] - xs[:-1])).mean()
best = torch.stack([slope, ys.mean() - slope * xs.mean()])
best_loss = (design @ best - ys).square().mean() / 2

# %% right="walk" name="the given formula in a loop with theta"
theta = torch.zeros(2, dtype=torch.float64)
walk_losses = []
for step in range(points.steps):
    error = design @ theta - points.y
    walk_losses.append((error.square().mean() / 2).item())
    theta = theta - points.lr * design.T @ error / 5
walked = theta

# %% right="walk" name="separate Python numbers for weight and bias with inner loops"
xs = points.x.flatten().tolist()
ys = points.y.flatten().tolist()
rate = float(points.lr)
w, b = 0.0, 0.0
walk_losses = []
for _ in range(points.steps):
    loss, dw, db = 0.0, 0.0, 0.0
    for x_i, y_i in zip(xs, ys):
        e = w * x_i + b - y_i
        loss += e * e / 10
        dw += e * x_i / 5
        db += e / 5
    walk_losses.append(loss)
    w, b = w - rate * dw, b - rate * db
walked = torch.tensor([w, b], dtype=torch.float64)

# %% right="walk" name="autograd and torch.optim.SGD with helper function"
theta = torch.zeros(2, dtype=torch.float64, requires_grad=True)
optimizer = torch.optim.SGD([theta], lr=float(points.lr))


def half_mse(theta):
    return 0.5 * torch.mean((design @ theta - points.y) ** 2)


walk_losses = []
while len(walk_losses) < points.steps:
    optimizer.zero_grad()
    loss = half_mse(theta)
    loss.backward()
    walk_losses.append(float(loss.detach()))
    optimizer.step()
walked = theta.detach().clone()

# %% wrong="walk" name="loss recorded after the update, so the list lacks the loss at 0 and ends one step late"
theta = torch.zeros(2).double()
walk_losses = []
for step in range(points.steps):
    theta = theta - points.lr * (design.T @ (design @ theta - points.y) / 5)
    walk_losses.append(((design @ theta - points.y) ** 2).mean().item() / 2)
walked = theta

# %% wrong="walk" name="recorded losses are the whole mean squared error instead of half of it"
theta = torch.zeros(2, dtype=torch.float64)
walk_losses = []
for step in range(points.steps):
    error = design @ theta - points.y
    walk_losses.append(float((error ** 2).mean()))
    theta -= points.lr * (design.T @ error / 5)
walked = theta

# %% wrong="walk" name="bias gradient uses the prediction with the already updated weight of the same step"
x, y = design[:, 0], points.y
w = torch.zeros((), dtype=torch.float64)
b = torch.zeros((), dtype=torch.float64)
walk_losses = []
for step in range(points.steps):
    walk_losses.append(((w * x + b - y) ** 2).mean().item() / 2)
    w = w - points.lr * ((w * x + b - y) * x).mean()
    b = b - points.lr * (w * x + b - y).mean()
walked = torch.stack([w, b])

# %% wrong="walk" name="theta stored only before the update, so walked is one step behind the last step"
theta = torch.zeros(2, dtype=torch.float64)
walk_losses = []
for step in range(points.steps):
    walked = theta.clone()
    residual = design @ theta - points.y
    walk_losses.append((residual @ residual / 10).item())
    theta = theta - points.lr * (design.T @ residual / 5)

# %% right="sides" name="vectorised with where and linalg.norm"
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(judged.w[0] * 2 + judged.b) / judged.w[1]
margin = (judged.y * z).min() / torch.linalg.norm(judged.w)

# %% right="sides" name="loops, ifs and math.hypot"
import math

w0, w1 = judged.w.tolist()
bias = float(judged.b)
scores, answers = [], []
smallest = None
for (x0, x1), truth in zip(judged.X.tolist(), judged.y.tolist()):
    score = w0 * x0 + w1 * x1 + bias
    scores.append(score)
    if score > 0:
        answers.append(1)
    else:
        answers.append(-1)
    if smallest is None or truth * score < smallest:
        smallest = truth * score
z = torch.tensor(scores, dtype=torch.float64)
classes = torch.tensor(answers)
height = torch.tensor((-bias - 2 * w0) / w1, dtype=torch.float64)
margin = torch.tensor(smallest / math.hypot(w0, w1), dtype=torch.float64)

# %% right="sides" name="signed distances first, arithmetic with the mask, height by solving a linear system"
z = (judged.X * judged.w).sum(dim=1) + judged.b
classes = 2 * (z > 0).to(torch.int64) - 1
on_line = torch.tensor([[1.0, 0.0], judged.w.tolist()], dtype=torch.float64)
height = torch.linalg.solve(on_line, torch.tensor([2.0, -float(judged.b)], dtype=torch.float64))[1]
distances = judged.y * z / judged.w.square().sum().sqrt()
margin = distances.sort().values[0]

# %% wrong="sides" name="margin multiplies z by the predicted classes instead of the true y, so it is never negative"
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(2 * judged.w[0] + judged.b) / judged.w[1]
margin = (classes * z).min() / judged.w.norm()

# %% wrong="sides" name="height solves for x_0 at x_1 = 2, the two coordinates of the boundary are exchanged"
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(judged.w[1] * 2 + judged.b) / judged.w[0]
margin = torch.min(judged.y * z) / torch.sqrt((judged.w ** 2).sum())

# %% wrong="sides" name="classes says 1 where the line is right about the point (y z positive) instead of where the score is positive"
z = judged.X @ judged.w + judged.b
classes = torch.where(judged.y * z > 0, 1, -1)
height = (-judged.b - 2 * judged.w[0]) / judged.w[1]
margin = (judged.y * z).min() / judged.w.norm()

# %% wrong="sides" name="length for the margin includes the bias, root of w_0^2 + w_1^2 + b^2"
z = judged.X @ judged.w + judged.b
classes = (z > 0).long() * 2 - 1
height = -(2 * judged.w[0] + judged.b) / judged.w[1]
length = (judged.w.square().sum() + judged.b ** 2) ** 0.5
margin = (judged.y * z).min() / length

# %% right="perceptron" name="while loop as in a textbook"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.zeros((), dtype=torch.float64)
mistakes = []
while True:
    wrong_ones = 0
    for x, y in zip(lesson.X, lesson.y):
        if y * (x @ perceptron_w + perceptron_b) <= 0:
            perceptron_w = perceptron_w + y * x
            perceptron_b = perceptron_b + y
            wrong_ones += 1
    mistakes.append(wrong_ones)
    if wrong_ones == 0:
        break

# %% right="perceptron" name="pure Python numbers turned into tensors at the end"
X_list, y_list = lesson.X.tolist(), lesson.y.tolist()
w0 = w1 = b = 0.0
mistakes = [-1]
while mistakes[-1] != 0:
    count = 0
    for i in range(len(y_list)):
        score = w0 * X_list[i][0] + w1 * X_list[i][1] + b
        if not score * y_list[i] > 0:
            w0 += y_list[i] * X_list[i][0]
            w1 += y_list[i] * X_list[i][1]
            b += y_list[i]
            count = count + 1
    mistakes.append(count)
mistakes = mistakes[1:]
perceptron_w = torch.tensor([w0, w1], dtype=torch.float64)
perceptron_b = torch.tensor(b, dtype=torch.float64)

# %% right="perceptron" name="class with bias among the weights as third entry"
class Perceptron:
    def __init__(self, n_inputs):
        self.theta = torch.zeros(n_inputs + 1, dtype=torch.float64)

    def epoch(self, rows, labels):
        count = 0
        for row, label in zip(rows, labels):
            miss = bool(label * torch.dot(row, self.theta) <= 0)
            self.theta += miss * label * row
            count += miss
        return count

    def fit(self, X, y, limit=100):
        rows = torch.cat([X, torch.ones(len(X), 1, dtype=X.dtype)], dim=1)
        history = []
        for _ in range(limit):
            history.append(self.epoch(rows, y))
            if not history[-1]:
                return history
        raise RuntimeError("no end")


learner = Perceptron(2)
mistakes = learner.fit(lesson.X, lesson.y)
perceptron_w = learner.theta[:2].clone()
perceptron_b = learner.theta[2].clone()

# %% wrong="perceptron" name="a score of exactly 0 is not counted as a mistake (< 0), so from the zero start nothing is ever learned"
perceptron_w = torch.zeros(2).double()
perceptron_b = torch.tensor(0.0).double()
mistakes = []
for epoch in range(10):
    count = 0
    for x, y in zip(lesson.X, lesson.y):
        if y * (perceptron_w @ x + perceptron_b) < 0:
            perceptron_w = perceptron_w + y * x
            perceptron_b = perceptron_b + y
            count += 1
    mistakes.append(count)
    if count == 0:
        break

# %% wrong="perceptron" name="scores of all points computed once at the start of each epoch, so updates within an epoch are not seen"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.zeros((), dtype=torch.float64)
mistakes = []
for epoch in range(100):
    scores = lesson.X @ perceptron_w + perceptron_b
    count = 0
    for i in range(5):
        if lesson.y[i] * scores[i] <= 0:
            perceptron_w = perceptron_w + lesson.y[i] * lesson.X[i]
            perceptron_b = perceptron_b + lesson.y[i]
            count += 1
    mistakes.append(count)
    if count == 0:
        break

# %% wrong="perceptron" name="loop breaks before appending, so mistakes lacks the final 0"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.zeros((), dtype=torch.float64)
mistakes = []
while True:
    count = 0
    for x, y in zip(lesson.X, lesson.y):
        if y * (x @ perceptron_w + perceptron_b) <= 0:
            perceptron_w += y * x
            perceptron_b += y
            count += 1
    if count == 0:
        break
    mistakes.append(count)

# %% wrong="perceptron" name="bias step adds 1 at every mistake instead of y, so the bias can only grow"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.zeros((), dtype=torch.float64)
lr = 1
mistakes = []
for epoch in range(200):
    count = 0
    for x, y in zip(lesson.X, lesson.y):
        z = x @ perceptron_w + perceptron_b
        if y * z <= 0:
            perceptron_w = perceptron_w + lr * y * x
            perceptron_b = perceptron_b + lr
            count += 1
    mistakes.append(count)
    if count == 0:
        break

# %% right="street_pull" name="vectorised with mask and clamp"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = (1 - margin_scores).clamp(min=0).mean() + street.lam / 2 * (street.w ** 2).sum()
pulls = (margin_scores < 1).double() * street.y
svm_dw = -(pulls[:, None] * street.X).mean(dim=0) + street.lam * street.w
svm_db = -pulls.mean()

# %% right="street_pull" name="beginner loop over the points with if"
n = len(street.X)
margin_scores = torch.zeros(n, dtype=torch.float64)
hinge_sum = 0.0
svm_dw = torch.zeros(2, dtype=torch.float64)
svm_db = torch.zeros((), dtype=torch.float64)
for i in range(n):
    score = street.w[0] * street.X[i, 0] + street.w[1] * street.X[i, 1] + street.b
    margin_scores[i] = street.y[i] * score
    if margin_scores[i] < 1:
        hinge_sum = hinge_sum + 1 - margin_scores[i]
        svm_dw = svm_dw - street.y[i] * street.X[i] / n
        svm_db = svm_db - street.y[i] / n
svm_loss = hinge_sum / n + street.lam / 2 * (street.w[0] ** 2 + street.w[1] ** 2)
svm_dw = svm_dw + street.lam * street.w

# %% right="street_pull" name="autograd on copies with relu"
w = street.w.clone().requires_grad_()
b = torch.tensor(float(street.b), dtype=torch.float64, requires_grad=True)
scores = street.y * (street.X @ w + b)
objective = torch.relu(1 - scores).mean() + 0.5 * street.lam * torch.dot(w, w)
svm_dw, svm_db = torch.autograd.grad(objective, (w, b))
margin_scores = scores.detach()
svm_loss = objective.detach()

# %% wrong="street_pull" name="svm_dw lacks the part lambda w of the regulariser"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.clamp(1 - margin_scores, min=0).mean() + street.lam / 2 * street.w.square().sum()
active = (margin_scores < 1).double()
svm_dw = -((active * street.y)[:, None] * street.X).mean(dim=0)
svm_db = -(active * street.y).mean()

# %% wrong="street_pull" name="gradients averaged over the points inside the street only instead of over all n points"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * street.w.square().sum()
inside = margin_scores < 1
svm_dw = -(street.y[inside][:, None] * street.X[inside]).mean(dim=0) + street.lam * street.w
svm_db = -street.y[inside].double().mean()

# %% wrong="street_pull" name="gradient takes only points on the wrong side (score <= 0), not all with margin score below 1"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = (1 - margin_scores).clamp(min=0).mean() + street.lam * (street.w @ street.w) / 2
active = (margin_scores <= 0).double() * street.y
svm_dw = -(active @ street.X) / 5 + street.lam * street.w
svm_db = -active.sum() / 5

# %% wrong="street_pull" name="svm_db has the wrong sign, mean of y over the active points without the minus"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = (1 - margin_scores).clamp(min=0).mean() + street.lam * (street.w @ street.w) / 2
active = (margin_scores < 1).double() * street.y
svm_dw = street.lam * street.w - (active[:, None] * street.X).mean(dim=0)
svm_db = active.mean()

# %% wrong="street_pull" name="svm_dw divides the regulariser as well by n, lambda w is put inside the sum over 5 points and divided once"
m = street.y * (street.X @ street.w + street.b)
margin_scores = m
svm_loss = torch.relu(1 - m).sum() / 5 + street.lam / 2 * torch.sum(street.w ** 2)
pull = (m < 1).double() * street.y
svm_dw = (street.lam * street.w - (pull[:, None] * street.X).sum(dim=0)) / 5
svm_db = -pull.sum() / 5

# %% wrong="street_pull" name="loss uses the plain norm of w in the regulariser instead of its square"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * torch.linalg.norm(street.w)
active = torch.where(margin_scores < 1, street.y, 0.0).double()
svm_dw = -(active @ street.X) / len(street.X) + street.lam * street.w
svm_db = -active.mean()

# %% wrong="street_pull" name="margin_scores divided by the length of w like the geometric margin, and loss and mask built on them"
margin_scores = street.y * (street.X @ street.w + street.b) / street.w.norm()
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * street.w.norm() ** 2
active = (margin_scores < 1).double() * street.y
svm_dw = -(active[:, None] * street.X).mean(0) + street.lam * street.w
svm_db = -active.mean()

# %% wrong="street_pull" name="bias is regularised as well in the gradient, svm_db has an extra lambda b"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * street.w.norm() ** 2
active = (margin_scores < 1).double() * street.y
svm_dw = -(active[:, None] * street.X).mean(0) + street.lam * street.w
svm_db = -active.mean() + street.lam * street.b

# %% right="odds_pull" name="logaddexp on the scores and the formula a minus y"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = (torch.logaddexp(odds_z, torch.zeros_like(odds_z)) - odds.y * odds_z).mean()
error = probabilities - odds.y
log_dw = odds.X.T @ error / 4
log_db = error.mean()

# %% right="odds_pull" name="point by point with math, stable log1p on the absolute score"
import math


def sigmoid(s):
    if s >= 0:
        return 1 / (1 + math.exp(-s))
    return math.exp(s) / (1 + math.exp(s))


w, b = odds.w.tolist(), float(odds.b)
scores, chances = [], []
cost, dw0, dw1, db = 0.0, 0.0, 0.0, 0.0
for x, y in zip(odds.X.tolist(), odds.y.tolist()):
    s = w[0] * x[0] + w[1] * x[1] + b
    a = sigmoid(s)
    scores.append(s)
    chances.append(a)
    cost += max(s, 0) - s * y + math.log1p(math.exp(-abs(s)))
    dw0 += (a - y) * x[0]
    dw1 += (a - y) * x[1]
    db += a - y
odds_z = torch.tensor(scores, dtype=torch.float64)
probabilities = torch.tensor(chances, dtype=torch.float64)
log_loss = torch.tensor(cost / 4, dtype=torch.float64)
log_dw = torch.tensor([dw0 / 4, dw1 / 4], dtype=torch.float64)
log_db = torch.tensor(db / 4, dtype=torch.float64)

# %% right="odds_pull" name="autograd with binary_cross_entropy_with_logits"
import torch.nn.functional as F

w = odds.w.clone().requires_grad_()
b = torch.tensor(float(odds.b), dtype=torch.float64, requires_grad=True)
scores = odds.X @ w + b
cost = F.binary_cross_entropy_with_logits(scores, odds.y.double())
cost.backward()
odds_z = scores.detach()
probabilities = odds_z.sigmoid()
log_loss = cost.detach()
log_dw = w.grad
log_db = b.grad

# %% wrong="odds_pull" name="loss from the probabilities with F.binary_cross_entropy, which cuts the logarithm at -100 for the far example"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.nn.functional.binary_cross_entropy(probabilities, odds.y.double())
log_dw = odds.X.T @ (probabilities - odds.y) / 4
log_db = (probabilities - odds.y).mean()

# %% wrong="odds_pull" name="loss from the probabilities, infinite and undefined terms dropped from the mean instead of computed from the scores"
odds_z = odds.X @ odds.w + odds.b
probabilities = 1 / (1 + torch.exp(-odds_z))
terms = -odds.y * torch.log(probabilities) - (1 - odds.y) * torch.log(1 - probabilities)
log_loss = terms[torch.isfinite(terms)].mean()
log_dw = ((probabilities - odds.y)[:, None] * odds.X).mean(dim=0)
log_db = (probabilities - odds.y).mean()

# %% wrong="odds_pull" name="gradient has an extra factor a(1 - a), as for the squared error of a sigmoid"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = (torch.nn.functional.softplus(odds_z) - odds.y * odds_z).mean()
delta = (probabilities - odds.y) * probabilities * (1 - probabilities)
log_dw = delta @ odds.X / 4
log_db = delta.mean()

# %% wrong="odds_pull" name="loss log(1 + exp(-y z)) of the -1/1 labels used with labels 0/1, so class 0 always costs log 2"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.nn.functional.softplus(-odds.y * odds_z).mean()
log_dw = odds.X.T @ (probabilities - odds.y) / 4
log_db = (probabilities - odds.y).mean()

# %% wrong="odds_pull" name="log_db is the sum of a - y over the examples instead of the mean"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.nn.functional.binary_cross_entropy_with_logits(odds_z, odds.y.double())
log_dw = odds.X.T @ (probabilities - odds.y) / len(odds.X)
log_db = (probabilities - odds.y).sum()

# %% wrong="odds_pull" name="gradient uses score minus y, as in linear regression, instead of probability minus y"
odds_z = odds.X @ odds.w + odds.b
probabilities = odds_z.sigmoid()
log_loss = (torch.relu(odds_z) - odds.y * odds_z + torch.log1p(torch.exp(-odds_z.abs()))).mean()
error = odds_z - odds.y
log_dw = (error[:, None] * odds.X).mean(dim=0)
log_db = error.mean()

# %% wrong="odds_pull" name="scores clamped to -30..30 before the loss, so the far example costs 30 instead of its true amount"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
safe = odds_z.clamp(-30, 30)
log_loss = (torch.log(1 + torch.exp(safe)) - odds.y * safe).mean()
log_dw = odds.X.T @ (probabilities - odds.y) / 4
log_db = (probabilities - odds.y).mean()

# %% wrong="odds_pull" name="gradient of class 0 lost, only y (a - 1) is kept from the cross-entropy and (1 - y) a is forgotten"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = -(odds.y * torch.nn.functional.logsigmoid(odds_z)
             + (1 - odds.y) * torch.nn.functional.logsigmoid(-odds_z)).mean()
error = odds.y * (probabilities - 1)
log_dw = odds.X.T @ error / 4
log_db = error.mean()
