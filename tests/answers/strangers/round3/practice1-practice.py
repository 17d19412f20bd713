# %% right="cut_and_turn" name="slices and transpose"
one_row = block.numbers[:, block.j]
right_part = block.numbers[:, :, block.k:]
turned = block.numbers.transpose(1, 2)

# %% right="cut_and_turn" name="layer by layer, stacked"
first = block.numbers[0]
second = block.numbers[1]
one_row = torch.stack([first[block.j], second[block.j]])
right_part = torch.stack([first[:, block.k:], second[:, block.k:]])
turned = torch.stack([first.T, second.T])

# %% right="cut_and_turn" name="ellipsis, clones and einsum"
numbers = block.numbers
j, k = int(block.j), int(block.k)
one_row = numbers[..., j, :].clone()
right_part = numbers[..., k:].clone()
turned = torch.einsum("lrc->lcr", numbers).contiguous()

# %% wrong="cut_and_turn" name="counts rows from 1 and takes row j - 1 of both layers"
one_row = block.numbers[:, block.j - 1]
right_part = block.numbers[:, :, block.k:]
turned = block.numbers.mT

# %% wrong="cut_and_turn" name="right_part starts at the first column and has only the width c - k"
width = block.numbers.shape[2] - block.k
one_row = block.numbers[:, block.j, :]
right_part = block.numbers[:, :, :width]
turned = block.numbers.transpose(1, 2)

# %% wrong="cut_and_turn" name="turned by reshape to (2, c, r), which refills the numbers instead of transposing"
layers, rows, columns = block.numbers.shape
one_row = block.numbers[:, block.j]
right_part = block.numbers[:, :, block.k:]
turned = block.numbers.reshape(layers, columns, rows)

# %% wrong="cut_and_turn" name="turned by a quarter rotation with rot90, so rows come in reversed order"
one_row = block.numbers[:, block.j]
right_part = block.numbers[..., block.k:]
turned = torch.rot90(block.numbers, 1, dims=(1, 2))

# %% right="shares" name="keepdim, matmul, linalg norm"
shares = sales.A / sales.A.sum(dim=1, keepdim=True)
bills = sales.A @ sales.B.T
length = torch.linalg.norm(sales.A)

# %% right="shares" name="loops over shops and goods"
shares = torch.zeros(3, 4, dtype=torch.float64)
bills = torch.zeros(3, 2, dtype=torch.float64)
squares = 0.0
for i in range(3):
    total = float(sales.A[i].sum())
    for j in range(4):
        shares[i, j] = float(sales.A[i, j]) / total
        squares = squares + float(sales.A[i, j]) ** 2
    for p in range(2):
        for j in range(4):
            bills[i, p] += sales.A[i, j] * sales.B[p, j]
length = torch.tensor(squares ** 0.5, dtype=torch.float64)

# %% right="shares" name="einsum and square root of the trace"
A, B = sales.A.double(), sales.B.double()
shares = torch.einsum("ij,i->ij", A, 1 / A.sum(1))
bills = torch.einsum("sg,pg->sp", A, B)
length = torch.trace(A @ A.T).sqrt()

# %% wrong="shares" name="share of each shop in the pieces of a good, sum along dim 0, columns add to 1"
shares = sales.A / sales.A.sum(dim=0)
bills = sales.A @ sales.B.T
length = (sales.A ** 2).sum().sqrt()

# %% wrong="shares" name="multiplies the shares instead of the pieces by the prices for the bills"
shares = sales.A / sales.A.sum(dim=1, keepdim=True)
bills = shares @ sales.B.T
length = (sales.A ** 2).sum().sqrt()

# %% wrong="shares" name="length is the spectral norm, largest singular value, by ord=2, not the Frobenius norm"
shares = sales.A / sales.A.sum(dim=1, keepdim=True)
bills = sales.A @ sales.B.T
length = torch.linalg.norm(sales.A, ord=2)

# %% wrong="shares" name="rounds the shares to the four decimals that are printed"
shares = torch.round(sales.A / sales.A.sum(dim=1).reshape(3, 1), decimals=4)
bills = sales.A @ sales.B.T
length = torch.linalg.norm(sales.A)

# %% right="cafe_table" name="pandas two steps"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
encoded = pd.get_dummies(table.iloc[:, :-1], dummy_na=True)
encoded = encoded.fillna(encoded.mean())
cafe_X = torch.tensor(encoded.to_numpy(dtype=float))
cafe_y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))

# %% right="cafe_table" name="torch where for the mean, comparisons for the words"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
inputs = table.iloc[:, :-1]
chairs = torch.tensor(inputs.select_dtypes("number").iloc[:, 0].to_numpy(dtype=float))
places = inputs.select_dtypes(exclude="number").iloc[:, 0].tolist()
hole = torch.isnan(chairs)
chairs = torch.where(hole, chairs[~hole].mean(), chairs)
onehot = torch.tensor(
    [[place == "harbour", place == "market", pd.isna(place)] for place in places], dtype=torch.float64
)
cafe_X = torch.cat([chairs[:, None], onehot], dim=1)
cafe_y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))

# %% right="cafe_table" name="missing becomes a word of its own, loop over rows"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
number_name = [name for name in table.columns[:-1] if pd.api.types.is_numeric_dtype(table[name])][0]
word_name = [name for name in table.columns[:-1] if name != number_name][0]
mean = table[number_name].mean()
position = {"harbour": 1, "market": 2, "missing": 3}
rows = []
prices = []
for i in range(len(table)):
    row = [0.0, 0.0, 0.0, 0.0]
    chairs = table[number_name][i]
    row[0] = float(mean) if pd.isna(chairs) else float(chairs)
    word = table[word_name][i]
    row[position["missing" if pd.isna(word) else word]] = 1.0
    rows.append(row)
    prices.append(float(table.iloc[i, -1]))
cafe_X = torch.tensor(rows, dtype=torch.float64)
cafe_y = torch.tensor(prices, dtype=torch.float64)

# %% wrong="cafe_table" name="the mean of the chairs divides by all five rows, the hole counted as a zero"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
encoded = pd.get_dummies(table.iloc[:, :-1], dummy_na=True, dtype=float)
encoded = encoded.fillna(encoded.sum() / len(encoded))
cafe_X = torch.tensor(encoded.to_numpy(dtype=float))
cafe_y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))

# %% wrong="cafe_table" name="replaces the missing word by a question mark, which sorts before harbour, missing column second"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
inputs = table.iloc[:, :-1]
numbers = inputs.select_dtypes("number")
words = inputs.select_dtypes(exclude="number").fillna("?")
encoded = pd.concat([numbers.fillna(numbers.mean()), pd.get_dummies(words, dtype=float)], axis=1)
cafe_X = torch.tensor(encoded.to_numpy(dtype=float))
cafe_y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))

# %% wrong="cafe_table" name="fills the missing word with the most frequent word, the missing column is all zeros"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
inputs = table.iloc[:, :-1]
numbers = inputs.select_dtypes("number")
words = inputs.select_dtypes(exclude="number")
words = words.fillna(words.mode().iloc[0])
encoded = pd.concat(
    [numbers.fillna(numbers.mean()), pd.get_dummies(words, dummy_na=True, dtype=float)], axis=1
)
cafe_X = torch.tensor(encoded.to_numpy(dtype=float))
cafe_y = torch.tensor(table.iloc[:, -1].to_numpy(dtype=float))

# %% wrong="cafe_table" name="prices go through a float32 tensor before double(), so their digits are cut"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
encoded = pd.get_dummies(table.iloc[:, :-1], dummy_na=True)
encoded = encoded.fillna(encoded.mean())
cafe_X = torch.tensor(encoded.to_numpy(dtype=float))
cafe_y = torch.tensor(table.iloc[:, -1].tolist()).double()

# %% right="neuron_step" name="by hand, short"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = (2 * error * neuron.x).reshape(1, 2)
db = 2 * error
W_new = neuron.W - neuron.lr * dW
b_new = neuron.b - neuron.lr * db
loss_after = (neuron.x @ W_new.T + b_new - neuron.y) ** 2

# %% right="neuron_step" name="autograd on copies, detached"
W = neuron.W.clone().requires_grad_()
b = neuron.b.clone().requires_grad_()
prediction = neuron.x @ W.T + b
loss = ((prediction - neuron.y) ** 2).sum()
loss.backward()
y_hat = prediction.detach()
dW = W.grad
db = b.grad
with torch.no_grad():
    W -= neuron.lr * W.grad
    b -= neuron.lr * b.grad
    loss_after = (neuron.x @ W.T + b - neuron.y).square()
loss_after = loss_after.detach()

# %% right="neuron_step" name="plain numbers, entry by entry"
x0, x1 = float(neuron.x[0]), float(neuron.x[1])
w0, w1 = float(neuron.W[0, 0]), float(neuron.W[0, 1])
bias, target, rate = float(neuron.b), float(neuron.y), float(neuron.lr)


def predict(w0, w1, bias):
    return x0 * w0 + x1 * w1 + bias


guess = predict(w0, w1, bias)
slope = 2 * (guess - target)
after = (predict(w0 - rate * slope * x0, w1 - rate * slope * x1, bias - rate * slope) - target) ** 2
y_hat = torch.tensor([guess], dtype=torch.float64)
dW = torch.tensor([[slope * x0, slope * x1]], dtype=torch.float64)
db = torch.tensor([slope], dtype=torch.float64)
loss_after = torch.tensor([after], dtype=torch.float64)

# %% wrong="neuron_step" name="forgets the factor 2 of the square in dW and db"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = (error * neuron.x).reshape(1, 2)
db = error
loss_after = (neuron.x @ (neuron.W - neuron.lr * dW).T + neuron.b - neuron.lr * db - neuron.y) ** 2

# %% wrong="neuron_step" name="the step adds the gradient to the weights and bias instead of subtracting it"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = 2 * error[:, None] * neuron.x[None, :]
db = 2 * error
new_W = neuron.W + neuron.lr * dW
new_b = neuron.b + neuron.lr * db
loss_after = (neuron.x @ new_W.T + new_b - neuron.y) ** 2

# %% wrong="neuron_step" name="multiplies db by the bias itself, as dW is multiplied by x"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = 2 * (error * neuron.x)[None, :]
db = 2 * error * neuron.b
new_W = neuron.W - neuron.lr * dW
new_b = neuron.b - neuron.lr * db
loss_after = (neuron.x @ new_W.T + new_b - neuron.y) ** 2

# %% wrong="neuron_step" name="loss_after uses the new weights but still the old bias"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = (2 * error * neuron.x).reshape(1, 2)
db = 2 * error
W = neuron.W - neuron.lr * dW
loss_after = (neuron.x @ W.T + neuron.b - neuron.y) ** 2

# %% wrong="neuron_step" name="updates W first and recomputes the error for the bias step, not one simultaneous step"
x, y, lr = neuron.x, neuron.y, neuron.lr
y_hat = x @ neuron.W.T + neuron.b
dW = (2 * (y_hat - y) * x).reshape(1, 2)
db = 2 * (y_hat - y)
W = neuron.W - lr * dW
b = neuron.b - lr * 2 * (x @ W.T + neuron.b - y)
loss_after = (x @ W.T + b - y) ** 2

# %% wrong="neuron_step" name="loss_after is half the squared error, as with the other loss convention"
def loss_of(W, b):
    return 0.5 * (neuron.x @ W.T + b - neuron.y) ** 2


y_hat = neuron.x @ neuron.W.T + neuron.b
dW = (2 * (y_hat - neuron.y) * neuron.x).reshape(1, 2)
db = 2 * (y_hat - neuron.y)
loss_after = loss_of(neuron.W - neuron.lr * dW, neuron.b - neuron.lr * db)

# %% wrong="neuron_step" name="dW is error times W, the derivative with respect to x, instead of error times x"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = 2 * error * neuron.W
db = 2 * error
loss_after = (neuron.x @ (neuron.W - neuron.lr * dW).T + (neuron.b - neuron.lr * db) - neuron.y) ** 2

# %% right="neuron_step" name="y_hat still carries autograd's notes"
W = neuron.W.clone().requires_grad_(True)
b = neuron.b.clone().requires_grad_(True)
y_hat = neuron.x @ W.T + b
loss = (y_hat - neuron.y) ** 2
loss.sum().backward()
dW = W.grad.clone()
db = b.grad.clone()
with torch.no_grad():
    loss_after = (neuron.x @ (W - neuron.lr * dW).T + (b - neuron.lr * db) - neuron.y) ** 2

# %% right="best_line" name="normal equations with solve"
design = torch.column_stack((points.x, torch.ones(5, dtype=torch.float64)))
best = torch.linalg.solve(design.T @ design, design.T @ points.y)
best_loss = ((design @ best - points.y) ** 2).mean() / 2

# %% right="best_line" name="least squares from linalg"
design = torch.cat([points.x.reshape(5, 1), torch.ones(5, 1).double()], dim=1)
best = torch.linalg.lstsq(design, points.y.reshape(5, 1)).solution.flatten()
errors = design @ best - points.y
best_loss = errors @ errors / 10

# %% right="best_line" name="school formulas with sums"
n = 5
xs = [float(v) for v in points.x]
ys = [float(v) for v in points.y]
x_mean = sum(xs) / n
y_mean = sum(ys) / n
slope = sum((u - x_mean) * (v - y_mean) for u, v in zip(xs, ys)) / sum((u - x_mean) ** 2 for u in xs)
shift = y_mean - slope * x_mean
design = torch.tensor([[u, 1.0] for u in xs], dtype=torch.float64)
best = torch.tensor([slope, shift], dtype=torch.float64)
total = sum((slope * u + shift - v) ** 2 for u, v in zip(xs, ys))
best_loss = torch.tensor(total / (2 * n), dtype=torch.float64)

# %% wrong="best_line" name="best holds the bias first and then the weight, swapped order"
design = torch.stack([points.x, torch.ones_like(points.x)], dim=1)
w, b = torch.linalg.solve(design.T @ design, design.T @ points.y)
best_loss = ((w * points.x + b - points.y) ** 2).sum() / 10
best = torch.stack([b, w])

# %% wrong="best_line" name="best_loss is the full mean squared error without the half"
design = torch.stack([points.x, torch.ones_like(points.x)], dim=1)
best = torch.linalg.inv(design.T @ design) @ design.T @ points.y
best_loss = ((design @ best - points.y) ** 2).mean()

# %% wrong="best_line" name="slope from covariance over n - 1 divided by variance over n, mixed corrections"
x, y = points.x, points.y
design = torch.stack([x, torch.ones_like(x)], dim=1)
w = torch.cov(torch.stack([x, y]))[0, 1] / ((x - x.mean()) ** 2).mean()
b = y.mean() - w * x.mean()
best = torch.stack([w, b])
best_loss = ((design @ best - y) ** 2).mean() / 2

# %% wrong="best_line" name="a hundred gradient steps instead of the formula, not yet at the minimum"
design = torch.stack([points.x, torch.ones_like(points.x)], dim=1)
best = torch.zeros(2, dtype=torch.float64)
for step in range(100):
    best = best - points.lr * design.T @ (design @ best - points.y) / 5
best_loss = ((design @ best - points.y) ** 2).mean() / 2

# %% right="walk" name="theta with the given gradient"
theta = torch.zeros(2, dtype=torch.float64)
walk_losses = []
for step in range(points.steps):
    errors = design @ theta - points.y
    walk_losses.append((errors @ errors / 10).item())
    theta = theta - points.lr * (design.T @ errors) / 5
walked = theta

# %% right="walk" name="autograd with zeroed gradients"
theta = torch.zeros(2, dtype=torch.float64, requires_grad=True)
walk_losses = []
for _ in range(points.steps):
    loss = 0.5 * (design @ theta - points.y).square().mean()
    walk_losses.append(loss.item())
    loss.backward()
    with torch.no_grad():
        theta -= points.lr * theta.grad
        theta.grad.zero_()
walked = theta.detach().clone()

# %% right="walk" name="two plain numbers w and b"
xs, ys = points.x.flatten().tolist(), points.y.flatten().tolist()
rate = float(points.lr)
w, b = 0.0, 0.0
walk_losses = []
for step in range(int(points.steps)):
    errors = [w * u + b - v for u, v in zip(xs, ys)]
    walk_losses.append(sum(e * e for e in errors) / 10)
    dw = sum(e * u for e, u in zip(errors, xs)) / 5
    db = sum(errors) / 5
    w, b = w - rate * dw, b - rate * db
walked = torch.tensor([w, b], dtype=torch.float64)

# %% wrong="walk" name="records the loss after each step instead of before it"
theta = torch.zeros(2, dtype=torch.float64)
walk_losses = []
for step in range(points.steps):
    theta = theta - points.lr * design.T @ (design @ theta - points.y) / 5
    walk_losses.append((((design @ theta - points.y) ** 2).mean() / 2).item())
walked = theta

# %% wrong="walk" name="updates the weight first and uses the new weight in the bias gradient"
w = torch.zeros((), dtype=torch.float64)
b = torch.zeros((), dtype=torch.float64)
walk_losses = []
for step in range(points.steps):
    walk_losses.append((((w * points.x + b - points.y) ** 2).mean() / 2).item())
    w = w - points.lr * ((w * points.x + b - points.y) * points.x).mean()
    b = b - points.lr * (w * points.x + b - points.y).mean()
walked = torch.stack([w, b])

# %% wrong="walk" name="walked is saved before the last update, one step short"
theta = torch.zeros(2, dtype=torch.float64)
walk_losses = []
for step in range(points.steps):
    walked = theta
    errors = design @ walked - points.y
    walk_losses.append(float((errors ** 2).sum() / (2 * 5)))
    theta = walked - points.lr * design.T @ errors / 5

# %% wrong="walk" name="the recorded losses are mean squared errors without the half"
theta = torch.zeros(2, dtype=torch.float64)
walk_losses = []
for step in range(points.steps):
    errors = design @ theta - points.y
    walk_losses.append(errors.square().mean().item())
    theta = theta - points.lr * (design.T @ errors) / 5
walked = theta

# %% right="sides" name="vectorised with where"
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(judged.w[0] * 2 + judged.b) / judged.w[1]
margin = (judged.y * z).min() / torch.linalg.norm(judged.w)

# %% right="sides" name="loop over the points with plain numbers"
w0, w1, b = float(judged.w[0]), float(judged.w[1]), float(judged.b)
scores = []
decisions = []
distances = []
for i in range(4):
    score = w0 * float(judged.X[i, 0]) + w1 * float(judged.X[i, 1]) + b
    scores.append(score)
    if score > 0:
        decisions.append(1)
    else:
        decisions.append(-1)
    distances.append(float(judged.y[i]) * score / (w0 ** 2 + w1 ** 2) ** 0.5)
z = torch.tensor(scores, dtype=torch.float64)
classes = torch.tensor(decisions)
height = torch.tensor((-b - 2 * w0) / w1, dtype=torch.float64)
margin = torch.tensor(min(distances), dtype=torch.float64)

# %% right="sides" name="mask arithmetic and normalised weights"
z = (judged.X * judged.w).sum(dim=1) + judged.b
classes = 2 * (z > 0).long() - 1
height = (-judged.b - 2 * judged.w[0]) / judged.w[1]
scale = judged.w.square().sum().sqrt()
margin = torch.min(judged.y * (judged.X @ (judged.w / scale) + judged.b / scale))

# %% wrong="sides" name="margin from the smallest absolute score, so the sign of the mistake is lost"
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(2 * judged.w[0] + judged.b) / judged.w[1]
margin = z.abs().min() / judged.w.norm()

# %% wrong="sides" name="height swaps the two weights, solves for x0 at x1 = 2 instead of x1 at x0 = 2"
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(judged.w[1] * 2 + judged.b) / judged.w[0]
margin = (judged.y * z).min() / judged.w.norm()

# %% wrong="sides" name="classes from the sign of y times z, says whether a point is right, not its class"
z = judged.X @ judged.w + judged.b
yz = judged.y * z
classes = torch.where(yz > 0, 1, -1)
height = -(judged.w[0] * 2 + judged.b) / judged.w[1]
margin = yz.min() / (judged.w ** 2).sum().sqrt()

# %% wrong="sides" name="margin divides by the squared length of w, root forgotten"
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(judged.w[0] * 2 + judged.b) / judged.w[1]
margin = (judged.y * z).min() / (judged.w @ judged.w)

# %% right="perceptron" name="while loop as in week 3"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.zeros((), dtype=torch.float64)
mistakes = []
while not mistakes or mistakes[-1] > 0:
    count = 0
    for x, y in zip(lesson.X, lesson.y):
        if y * (x @ perceptron_w + perceptron_b) <= 0:
            perceptron_w = perceptron_w + y * x
            perceptron_b = perceptron_b + y
            count += 1
    mistakes.append(count)

# %% right="perceptron" name="for loop with break and plain numbers"
w = [0.0, 0.0]
b = 0.0
mistakes = []
for epoch in range(1000):
    missed = 0
    for i in range(5):
        x0 = float(lesson.X[i, 0])
        x1 = float(lesson.X[i, 1])
        y = float(lesson.y[i])
        score = w[0] * x0 + w[1] * x1 + b
        if not y * score > 0:
            w = [w[0] + y * x0, w[1] + y * x1]
            b = b + y
            missed = missed + 1
    mistakes.append(missed)
    if missed == 0:
        break
perceptron_w = torch.tensor(w, dtype=torch.float64)
perceptron_b = torch.tensor(b, dtype=torch.float64)

# %% right="perceptron" name="class with one epoch method, bias as third weight"
class Perceptron:
    def __init__(self, d):
        self.theta = torch.zeros(d + 1, dtype=torch.float64)

    def epoch(self, X, y):
        count = 0
        for row, label in zip(X, y):
            if label * (row @ self.theta) <= 0:
                self.theta = self.theta + label * row
                count += 1
        return count


learner = Perceptron(2)
with_ones = torch.cat([lesson.X, torch.ones(len(lesson.X), 1, dtype=torch.float64)], dim=1)
mistakes = [learner.epoch(with_ones, lesson.y)]
while mistakes[-1]:
    mistakes.append(learner.epoch(with_ones, lesson.y))
perceptron_w, perceptron_b = learner.theta[:2], learner.theta[2]

# %% wrong="perceptron" name="only a strictly negative y z is a mistake, so score 0 at the start never learns"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.zeros((), dtype=torch.float64)
mistakes = []
while True:
    count = 0
    for x, y in zip(lesson.X, lesson.y):
        if y * (x @ perceptron_w + perceptron_b) < 0:
            perceptron_w = perceptron_w + y * x
            perceptron_b = perceptron_b + y
            count += 1
    mistakes.append(count)
    if count == 0:
        break

# %% wrong="perceptron" name="bias stays at 0, only the weights are updated after a mistake"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.zeros((), dtype=torch.float64)
mistakes = []
for epoch in range(50):
    count = 0
    for i in range(len(lesson.X)):
        z = lesson.X[i] @ perceptron_w + perceptron_b
        if lesson.y[i] * z <= 0:
            perceptron_w = perceptron_w + lesson.y[i] * lesson.X[i]
            count += 1
    mistakes.append(count)
    if count == 0:
        break

# %% wrong="perceptron" name="finds all mistakes of an epoch with the old weights and updates them together"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.zeros((), dtype=torch.float64)
mistakes = []
for epoch in range(200):
    bad = lesson.y * (lesson.X @ perceptron_w + perceptron_b) <= 0
    mistakes.append(int(bad.sum()))
    if mistakes[-1] == 0:
        break
    perceptron_w = perceptron_w + (lesson.y[:, None] * lesson.X)[bad].sum(dim=0)
    perceptron_b = perceptron_b + lesson.y[bad].sum()

# %% wrong="perceptron" name="breaks before the last epoch is noted, so mistakes does not end with 0"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.zeros((), dtype=torch.float64)
mistakes = []
while True:
    count = 0
    for x, y in zip(lesson.X, lesson.y):
        if y * (x @ perceptron_w + perceptron_b) <= 0:
            perceptron_w = perceptron_w + y * x
            perceptron_b = perceptron_b + y
            count += 1
    if count == 0:
        break
    mistakes.append(count)

# %% right="street_pull" name="vectorised with a mask"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.clamp(1 - margin_scores, min=0).mean() + street.lam / 2 * (street.w ** 2).sum()
inside = margin_scores < 1
pull = -(inside * street.y)[:, None] * street.X
svm_dw = pull.sum(dim=0) / 5 + street.lam * street.w
svm_db = -(inside * street.y).double().mean()

# %% right="street_pull" name="loop over the points"
n = len(street.X)
scores = []
total = 0.0
svm_dw = street.lam * street.w
svm_db = torch.zeros((), dtype=torch.float64)
for i in range(n):
    m = street.y[i] * (street.w[0] * street.X[i, 0] + street.w[1] * street.X[i, 1] + street.b)
    scores.append(float(m))
    if m < 1:
        total = total + (1 - m)
        svm_dw = svm_dw - street.y[i] * street.X[i] / n
        svm_db = svm_db - street.y[i] / n
margin_scores = torch.tensor(scores, dtype=torch.float64)
svm_loss = (total / n + street.lam / 2 * (street.w @ street.w)).reshape(())

# %% right="street_pull" name="autograd with relu, detached"
w = street.w.clone().requires_grad_()
b = torch.as_tensor(street.b, dtype=torch.float64).clone().requires_grad_()
m = street.y * (street.X @ w + b)
loss = torch.relu(1 - m).mean() + 0.5 * street.lam * w.dot(w)
svm_dw, svm_db = torch.autograd.grad(loss, (w, b))
margin_scores = m.detach()
svm_loss = loss.detach()

# %% wrong="street_pull" name="svm_dw forgets the term lam times w of the penalty"
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * (street.w @ street.w)
active = (margin_scores < 1).double()
svm_dw = -(active * y) @ street.X / 5
svm_db = -(active * y).mean()

# %% wrong="street_pull" name="only points with a negative margin score pull in the gradient, not those inside the street"
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * (street.w @ street.w)
active = (margin_scores < 0).double()
svm_dw = -(active * y) @ street.X / 5 + street.lam * street.w
svm_db = -(active * y).mean()

# %% wrong="street_pull" name="gradient averages over the pulling points only instead of over all n"
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
svm_loss = (1 - margin_scores).clamp(min=0).sum() / 5 + street.lam / 2 * street.w.square().sum()
active = margin_scores < 1
svm_dw = -(y[active, None] * street.X[active]).mean(dim=0) + street.lam * street.w
svm_db = -y[active].mean()

# %% wrong="street_pull" name="penalty contributes lam over 2 times w to svm_dw, half too small"
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * (street.w @ street.w)
active = (margin_scores < 1).double()
svm_dw = -(active * y) @ street.X / 5 + street.lam / 2 * street.w
svm_db = -(active * y).mean()

# %% wrong="street_pull" name="weights each pull by the size of its hinge loss instead of by 1 where active"
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
hinge = torch.relu(1 - margin_scores)
svm_loss = hinge.mean() + street.lam / 2 * (street.w @ street.w)
svm_dw = -(hinge * y) @ street.X / 5 + street.lam * street.w
svm_db = -(hinge * y).mean()

# %% wrong="street_pull" name="svm_loss takes lam times the squared length without the half"
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam * (street.w ** 2).sum()
active = (margin_scores < 1).double()
svm_dw = -(active * y) @ street.X / 5 + street.lam * street.w
svm_db = -(active * y).mean()

# %% wrong="street_pull" name="regularises the bias as well, adds lam times b to svm_db"
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * (street.w @ street.w)
active = (margin_scores < 1).double()
svm_dw = street.lam * street.w - (active * y) @ street.X / 5
svm_db = street.lam * street.b - (active * y).mean()

# %% wrong="street_pull" name="svm_dw sums the pulls of the points without dividing by n"
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * (street.w @ street.w)
active = (margin_scores < 1).double()
svm_dw = street.lam * street.w - (active * y) @ street.X
svm_db = -(active * y).mean()

# %% right="odds_pull" name="logaddexp and matrix product"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = (torch.logaddexp(odds_z, torch.zeros_like(odds_z)) - y * odds_z).mean()
log_dw = (probabilities - y) @ odds.X / 4
log_db = (probabilities - y).mean()

# %% right="odds_pull" name="loop with a case for each class"
import math

scores = []
losses = []
for i in range(4):
    score = float(odds.X[i, 0] * odds.w[0] + odds.X[i, 1] * odds.w[1] + odds.b)
    scores.append(score)
    m = score if odds.y[i] == 1 else -score
    if m > 0:
        losses.append(math.log1p(math.exp(-m)))
    else:
        losses.append(-m + math.log1p(math.exp(m)))
odds_z = torch.tensor(scores, dtype=torch.float64)
probabilities = torch.sigmoid(odds_z)
log_loss = torch.tensor(sum(losses) / 4, dtype=torch.float64)
errors = probabilities - odds.y
log_dw = (errors.reshape(4, 1) * odds.X).mean(dim=0)
log_db = errors.mean()

# %% right="odds_pull" name="torch's loss with logits and autograd"
w = odds.w.clone().requires_grad_()
b = torch.as_tensor(odds.b, dtype=torch.float64).clone().requires_grad_()
scores = odds.X @ w + b
loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, odds.y.double())
loss.backward()
odds_z = scores.detach()
probabilities = odds_z.sigmoid()
log_loss = loss.detach()
log_dw, log_db = w.grad, b.grad

# %% wrong="odds_pull" name="loss from probabilities clamped at 1e-12, finite but too small for the far example"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
safe = probabilities.clamp(1e-12, 1 - 1e-12)
log_loss = -(y * safe.log() + (1 - y) * (1 - safe).log()).mean()
log_dw = (probabilities - y) @ odds.X / 4
log_db = (probabilities - y).mean()

# %% wrong="odds_pull" name="binary_cross_entropy of the probabilities, which cuts the logarithm off at -100"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.nn.functional.binary_cross_entropy(probabilities, y)
log_dw = (probabilities - y) @ odds.X / 4
log_db = (probabilities - y).mean()

# %% wrong="odds_pull" name="gradients are sums over the four examples, the division by 4 is missing"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = (torch.logaddexp(odds_z, torch.zeros_like(odds_z)) - y * odds_z).mean()
log_dw = odds.X.T @ (probabilities - y)
log_db = (probabilities - y).sum()

# %% wrong="odds_pull" name="log_loss is the sum of the cross-entropies instead of their mean"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = -torch.nn.functional.logsigmoid((2 * y - 1) * odds_z).sum()
log_dw = (probabilities - y) @ odds.X / 4
log_db = (probabilities - y).mean()

# %% wrong="odds_pull" name="gradient with y minus a, so dw and db have the opposite sign"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = -torch.nn.functional.logsigmoid((2 * y - 1) * odds_z).mean()
error = y - probabilities
log_dw = error @ odds.X / 4
log_db = error.mean()

# %% wrong="odds_pull" name="multiplies the errors by the sigmoid slope a(1 - a), which cancels for cross-entropy"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = (torch.logaddexp(odds_z, torch.zeros_like(odds_z)) - y * odds_z).mean()
dz = (probabilities - y) * probabilities * (1 - probabilities)
log_dw = dz @ odds.X / 4
log_db = dz.mean()

# %% wrong="odds_pull" name="gradient uses score minus y as in linear regression, without the sigmoid"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = (torch.logaddexp(odds_z, torch.zeros_like(odds_z)) - y * odds_z).mean()
log_dw = (odds_z - y) @ odds.X / 4
log_db = (odds_z - y).mean()

# %% wrong="odds_pull" name="log_db is the mean probability, the labels are not subtracted there"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = (torch.logaddexp(odds_z, torch.zeros_like(odds_z)) - y * odds_z).mean()
log_dw = (probabilities - y) @ odds.X / 4
log_db = probabilities.mean()
