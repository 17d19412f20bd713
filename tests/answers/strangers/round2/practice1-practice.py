# %% right="cut_and_turn" name="plain slicing and transpose"
one_row = block.numbers[:, block.j, :]
right_part = block.numbers[:, :, block.k:]
turned = block.numbers.transpose(1, 2)

# %% right="cut_and_turn" name="beginner loops over layers"
rows_of_both = []
for layer in block.numbers:
    rows_of_both.append(layer[block.j])
one_row = torch.stack(rows_of_both)

parts = []
for layer in block.numbers:
    parts.append(layer[:, block.k:])
right_part = torch.stack(parts)

n_layers, r, c = block.numbers.shape
turned = torch.zeros(n_layers, c, r, dtype=torch.float64)
for l in range(n_layers):
    for i in range(r):
        for m in range(c):
            turned[l, m, i] = block.numbers[l, i, m]

# %% right="cut_and_turn" name="numpy detour and einsum"
import numpy as np

as_array = block.numbers.numpy()
one_row = torch.from_numpy(np.take(as_array, int(block.j), axis=1).copy())
right_part = torch.from_numpy(np.split(as_array, [int(block.k)], axis=2)[1].copy())
turned = torch.einsum("lrc->lcr", block.numbers)

# %% wrong="cut_and_turn" name="turned is made by reshape to (2, c, r), which reorders the numbers instead of transposing"
l, r, c = block.numbers.shape
one_row = block.numbers[:, block.j]
right_part = block.numbers[:, :, block.k:]
turned = block.numbers.reshape(l, c, r)

# %% wrong="cut_and_turn" name="right_part takes the first c-k columns (left end) instead of the columns from k on"
c = block.numbers.shape[2]
one_row = block.numbers[:, block.j, :]
right_part = block.numbers[:, :, :c - block.k]
turned = block.numbers.permute(0, 2, 1)

# %% wrong="cut_and_turn" name="one_row counts rows from one and so takes row j-1 of both layers"
X = block.numbers
one_row = X[:, block.j - 1, :]
right_part = X[..., block.k:]
turned = X.mT

# %% wrong="cut_and_turn" name="turned stacks the transpose of layer 0 twice, layer 1 is never used (copy and paste)"
first = block.numbers[0]
second = block.numbers[1]
one_row = torch.stack([first[block.j], second[block.j]])
right_part = torch.stack([first[:, block.k:], second[:, block.k:]])
turned = torch.stack([first.T, first.T])

# %% right="shares" name="vectorised with keepdim and matmul"
shares = sales.A / sales.A.sum(dim=1, keepdim=True)
bills = sales.A @ sales.B.T
length = torch.linalg.norm(sales.A)

# %% right="shares" name="beginner loops entry by entry"
A, B = sales.A, sales.B
shares = torch.zeros(3, 4, dtype=torch.float64)
bills = torch.zeros(3, 2, dtype=torch.float64)
total = 0.0
for shop in range(3):
    pieces = 0.0
    for good in range(4):
        pieces = pieces + A[shop, good]
    for good in range(4):
        shares[shop, good] = A[shop, good] / pieces
        total = total + A[shop, good] ** 2
    for plist in range(2):
        for good in range(4):
            bills[shop, plist] += A[shop, good] * B[plist, good]
length = torch.sqrt(total)

# %% right="shares" name="einsum, transposed division, norm as square root of a trace"
def row_shares(M):
    return (M.T / M.sum(1)).T


shares = row_shares(sales.A)
bills = torch.einsum("sg,pg->sp", sales.A, sales.B)
length = torch.trace(sales.A @ sales.A.T).sqrt()

# %% wrong="shares" name="divides by the column sums (dim=0), so each goods column adds up to 1 and not each shop row"
shares = sales.A / sales.A.sum(dim=0)
bills = sales.A @ sales.B.T
length = (sales.A ** 2).sum().sqrt()

# %% wrong="shares" name="bills come from B @ A.T and are reshaped to (3, 2) instead of transposed"
shares = sales.A / sales.A.sum(dim=1, keepdim=True)
bills = (sales.B @ sales.A.T).reshape(3, 2)
length = torch.norm(sales.A)

# %% wrong="shares" name="length uses matrix_norm with ord 2, the spectral norm, instead of the Frobenius norm"
shares = sales.A / sales.A.sum(dim=1).reshape(-1, 1)
bills = torch.matmul(sales.A, sales.B.T)
length = torch.linalg.matrix_norm(sales.A, 2)

# %% wrong="shares" name="bills multiply the shares, not the pieces A, by the price lists"
shares = sales.A / sales.A.sum(1, keepdim=True)
bills = shares @ sales.B.T
length = sales.A.square().sum().sqrt()

# %% right="cafe_table" name="pandas as in the course, get_dummies with dummy_na"
data = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
inputs, target = data.iloc[:, 0:2], data.iloc[:, 2]
inputs = pd.get_dummies(inputs, dummy_na=True)
inputs = inputs.fillna(inputs.mean())
cafe_X = torch.tensor(inputs.to_numpy(dtype=float))
cafe_y = torch.tensor(target.to_numpy(dtype=float))

# %% right="cafe_table" name="beginner, splits the text by hand without pandas"
lines = [line for line in cafes.text.splitlines() if line.strip() != ""]
chairs = []
places = []
prices = []
for line in lines[1:]:
    cells = line.split(",")
    chairs.append(cells[0].strip())
    places.append(cells[1].strip())
    prices.append(float(cells[2]))

known = [float(c) for c in chairs if c != "NA"]
mean = sum(known) / len(known)

rows = []
for c, p in zip(chairs, places):
    number = mean if c == "NA" else float(c)
    rows.append([number, float(p == "harbour"), float(p == "market"), float(p == "NA")])
cafe_X = torch.tensor(rows, dtype=torch.float64)
cafe_y = torch.tensor(prices, dtype=torch.float64)

# %% right="cafe_table" name="programmer, tensors with nanmean and stacked masks"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
chairs, place, price = (table[name] for name in table.columns[:3])

number = torch.tensor(chairs.astype("float64").tolist(), dtype=torch.float64)
number = torch.where(number.isnan(), number.nanmean(), number)


def column(mask):
    return torch.tensor(mask.tolist(), dtype=torch.float64)


cafe_X = torch.stack(
    [number, column(place == "harbour"), column(place == "market"), column(place.isna())], dim=1
)
cafe_y = torch.tensor(price.tolist(), dtype=torch.float64)

# %% wrong="cafe_table" name="fills the missing word with NA before get_dummies, and capital NA sorts before harbour and market"
data = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
chairs = data.iloc[:, 0].fillna(data.iloc[:, 0].mean())
words = pd.get_dummies(data.iloc[:, 1].fillna("NA"))
cafe_X = torch.tensor(pd.concat([chairs, words], axis=1).to_numpy(dtype=float))
cafe_y = torch.tensor(data.iloc[:, 2].to_numpy(dtype=float))

# %% wrong="cafe_table" name="mean of the chairs divides by all five rows, the hole counted as 0, not by the known ones"
data = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
chairs = data.iloc[:, 0]
mean = chairs.sum() / len(chairs)
chairs = chairs.fillna(mean)
words = pd.get_dummies(data.iloc[:, 1], dummy_na=True)
cafe_X = torch.tensor(pd.concat([chairs, words], axis=1).to_numpy(dtype=float))
cafe_y = torch.tensor(data.iloc[:, 2].to_numpy(dtype=float))

# %% wrong="cafe_table" name="the missing column marks the row whose chairs are missing, not the row whose word is missing"
data = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
number, word, price = data.iloc[:, 0], data.iloc[:, 1], data.iloc[:, 2]
missing = number.isna()
X = pd.DataFrame({
    "chairs": number.fillna(number.mean()),
    "harbour": word == "harbour",
    "market": word == "market",
    "missing": missing,
})
cafe_X = torch.tensor(X.astype(float).values)
cafe_y = torch.tensor(price.astype(float).values)

# %% wrong="cafe_table" name="replaces the missing word by the most frequent word and also sets the missing flag, two ones in a row"
data = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
chairs = data.iloc[:, 0].fillna(data.iloc[:, 0].mean())
place = data.iloc[:, 1]
was_missing = place.isna()
place = place.fillna(place.mode()[0])
rows = [
    [float(c), float(p == "harbour"), float(p == "market"), float(m)]
    for c, p, m in zip(chairs, place, was_missing)
]
cafe_X = torch.tensor(rows, dtype=torch.float64)
cafe_y = torch.tensor(data.iloc[:, 2].tolist(), dtype=torch.float64)

# %% right="neuron_step" name="formulas by hand, compact"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = (2 * error * neuron.x).reshape(1, 2)
db = 2 * error
W_new = neuron.W - neuron.lr * dW
b_new = neuron.b - neuron.lr * db
loss_after = (neuron.x @ W_new.T + b_new - neuron.y) ** 2

# %% right="neuron_step" name="autograd with clones, detached results"
W = neuron.W.clone().requires_grad_(True)
b = neuron.b.clone().requires_grad_(True)
out = neuron.x @ W.T + b
loss = (out - neuron.y) ** 2
loss.sum().backward()
y_hat = out.detach()
dW = W.grad.clone()
db = b.grad.clone()
with torch.no_grad():
    W -= neuron.lr * dW
    b -= neuron.lr * db
    loss_after = (neuron.x @ W.T + b - neuron.y) ** 2
loss_after = loss_after.detach()

# %% right="neuron_step" name="programmer with a small class, outer product, closed form of the shrunken error"
class Neuron:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def __call__(self, x):
        return torch.nn.functional.linear(x, self.W, self.b)

    def gradients(self, x, y):
        slope = 2.0 * (self(x) - y)
        return torch.outer(slope, x), slope

    def stepped(self, grads, lr):
        return Neuron(self.W - lr * grads[0], self.b - lr * grads[1])


before = Neuron(neuron.W, neuron.b)
y_hat = before(neuron.x)
dW, db = before.gradients(neuron.x, neuron.y)
after = before.stepped((dW, db), neuron.lr)
loss_after = (after(neuron.x) - neuron.y).square()

# %% wrong="neuron_step" name="takes the error itself as the derivative of the squared error, the factor 2 is missing in dW and db"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = error.reshape(1, 1) * neuron.x.reshape(1, 2)
db = error.clone()
W = neuron.W - neuron.lr * dW
b = neuron.b - neuron.lr * db
loss_after = (neuron.x @ W.T + b - neuron.y) ** 2

# %% wrong="neuron_step" name="db is just the error without the factor 2, while dW has the factor"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = 2 * error[:, None] * neuron.x[None, :]
db = error * 1.0
W = neuron.W - neuron.lr * dW
b = neuron.b - neuron.lr * db
loss_after = (neuron.x @ W.T + b - neuron.y) ** 2

# %% wrong="neuron_step" name="error taken as y minus y_hat in the gradient, so dW and db have the wrong sign"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = neuron.y - y_hat
dW = (2 * error * neuron.x).view(1, -1)
db = 2 * error
W1 = neuron.W - neuron.lr * dW
b1 = neuron.b - neuron.lr * db
loss_after = (neuron.x @ W1.T + b1 - neuron.y) ** 2

# %% wrong="neuron_step" name="loss_after is computed with the new W but still the old b, the bias takes no step"
W = neuron.W.clone().requires_grad_()
b = neuron.b.clone().requires_grad_()
pred = neuron.x @ W.T + b
((pred - neuron.y) ** 2).sum().backward()
y_hat = pred.detach()
dW, db = W.grad, b.grad
new_W = neuron.W - neuron.lr * dW
loss_after = (neuron.x @ new_W.T + neuron.b - neuron.y) ** 2

# %% wrong="neuron_step" name="loss_after is the first-order estimate, loss minus lr times squared gradient length, no new prediction made"
y_hat = neuron.x @ neuron.W.T + neuron.b
loss = (y_hat - neuron.y) ** 2
db = 2 * (y_hat - neuron.y)
dW = torch.outer(db, neuron.x)
loss_after = loss - neuron.lr * ((dW ** 2).sum() + (db ** 2).sum())

# %% wrong="neuron_step" name="calls backward twice to look at the gradient, so the accumulated dW and db are doubled"
W = neuron.W.clone().requires_grad_()
b = neuron.b.clone().requires_grad_()


def loss_of(W, b):
    return ((neuron.x @ W.T + b - neuron.y) ** 2).sum()


loss_of(W, b).backward()
first_look = W.grad
loss_of(W, b).backward()
dW = W.grad.detach().clone()
db = b.grad.detach().clone()
y_hat = (neuron.x @ W.T + b).detach()
W_next = (W - neuron.lr * dW).detach()
b_next = (b - neuron.lr * db).detach()
loss_after = (neuron.x @ W_next.T + b_next - neuron.y) ** 2

# %% wrong="neuron_step" name="updates W first and then computes db at the new W instead of the given W"
x, y, lr = neuron.x, neuron.y, neuron.lr
W = neuron.W.clone()
b = neuron.b.clone()
y_hat = x @ W.T + b
dW = (2 * (y_hat - y) * x).reshape(1, 2)
W = W - lr * dW
db = 2 * (x @ W.T + b - y)
b = b - lr * db
loss_after = (x @ W.T + b - y) ** 2

# %% wrong="neuron_step" name="dW multiplies the error by W instead of by the input x"
y_hat = neuron.x @ neuron.W.T + neuron.b
g = 2 * (y_hat - neuron.y)
dW = g * neuron.W
db = g
loss_after = (neuron.x @ (neuron.W - neuron.lr * dW).T + (neuron.b - neuron.lr * db) - neuron.y) ** 2

# %% right="best_line" name="normal equations with the inverse"
design = torch.stack([points.x.reshape(5), torch.ones(5, dtype=torch.float64)], dim=1)
best = torch.linalg.inv(design.T @ design) @ design.T @ points.y
best_loss = ((design @ best - points.y) ** 2).mean() / 2

# %% right="best_line" name="beginner, school formulas for slope and intercept in loops"
n = 5
xs = [float(v) for v in points.x.flatten()]
ys = [float(v) for v in points.y.flatten()]
mx = sum(xs) / n
my = sum(ys) / n
top = 0.0
bottom = 0.0
for i in range(n):
    top += (xs[i] - mx) * (ys[i] - my)
    bottom += (xs[i] - mx) ** 2
w = top / bottom
b = my - w * mx

design = torch.ones(5, 2, dtype=torch.float64)
for i in range(n):
    design[i, 0] = xs[i]
best = torch.tensor([w, b], dtype=torch.float64)
total = 0.0
for i in range(n):
    total += (w * xs[i] + b - ys[i]) ** 2
best_loss = torch.tensor(total / (2 * n), dtype=torch.float64)

# %% right="best_line" name="least squares routine and dot product of the residuals"
x = points.x.reshape(-1, 1)
design = torch.cat((x, torch.ones_like(x)), dim=1)
best = torch.linalg.lstsq(design, points.y.reshape(-1, 1)).solution.squeeze(1)
residuals = points.y - design @ best
best_loss = residuals @ residuals / (2 * len(residuals))

# %% wrong="best_line" name="best_loss is the mean squared error, the half of L is missing"
design = torch.stack((points.x, torch.ones_like(points.x)), dim=1)
best = torch.linalg.solve(design.T @ design, design.T @ points.y)
best_loss = torch.mean((design @ best - points.y) ** 2)

# %% wrong="best_line" name="weight taken from the line through the origin, sum xy over sum xx, and the bias added afterwards"
x, y = points.x, points.y
design = torch.stack((x, torch.ones_like(x)), dim=1)
w = (x @ y) / (x @ x)
b = (y - w * x).mean()
best = torch.stack((w, b))
best_loss = ((design @ best - y) ** 2).sum() / 10

# %% wrong="best_line" name="slope divides the covariance over n by the sample variance over n-1 of torch.var"
x, y = points.x, points.y
design = torch.column_stack((x, torch.ones(5).double()))
cov = ((x - x.mean()) * (y - y.mean())).mean()
w = cov / x.var()
b = y.mean() - w * x.mean()
best = torch.stack([w, b])
best_loss = 0.5 * ((w * x + b - y) ** 2).mean()

# %% wrong="best_line" name="column of ones placed on the left, so design and best have weight and bias swapped"
ones = torch.ones(5, 1, dtype=torch.float64)
design = torch.cat([ones, points.x.reshape(5, 1)], dim=1)
best = torch.linalg.pinv(design) @ points.y
best_loss = ((design @ best - points.y) ** 2).mean() / 2

# %% right="walk" name="theta and the given gradient formula"
theta = torch.zeros(2, dtype=torch.float64)
walk_losses = []
for step in range(points.steps):
    error = design @ theta - points.y
    walk_losses.append(float((error ** 2).sum() / 10))
    theta = theta - points.lr * (design.T @ error / 5)
walked = theta

# %% right="walk" name="beginner with separate Python floats w and b"
w = 0.0
b = 0.0
walk_losses = []
xs = design[:, 0].tolist()
ys = points.y.tolist()
for step in range(points.steps):
    loss = 0.0
    dw = 0.0
    db = 0.0
    for x, y in zip(xs, ys):
        e = w * x + b - y
        loss += e ** 2
        dw += e * x
        db += e
    walk_losses.append(loss / 10)
    w = w - points.lr * dw / 5
    b = b - points.lr * db / 5
walked = torch.tensor([w, b], dtype=torch.float64)

# %% right="walk" name="autograd and torch.optim.SGD with a closure helper"
def half_mse(theta):
    return 0.5 * torch.nn.functional.mse_loss(design @ theta, points.y)


theta = torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))
optimizer = torch.optim.SGD([theta], lr=points.lr)
walk_losses = []
for _ in range(points.steps):
    optimizer.zero_grad()
    loss = half_mse(theta)
    loss.backward()
    walk_losses.append(loss.item())
    optimizer.step()
walked = theta.detach().clone()

# %% wrong="walk" name="records the loss after each step instead of before it"
theta = torch.zeros(2, dtype=torch.float64)
walk_losses = []
for _ in range(points.steps):
    theta = theta - points.lr * design.T @ (design @ theta - points.y) / 5
    walk_losses.append((((design @ theta - points.y) ** 2).mean() / 2).item())
walked = theta

# %% wrong="walk" name="updates w first and computes the bias gradient with the new w inside the same step"
x, y = design[:, 0], points.y
w = torch.zeros((), dtype=torch.float64)
b = torch.zeros((), dtype=torch.float64)
walk_losses = []
for _ in range(points.steps):
    walk_losses.append(float(((w * x + b - y) ** 2).mean() / 2))
    w = w - points.lr * ((w * x + b - y) * x).mean()
    b = b - points.lr * (w * x + b - y).mean()
walked = torch.stack([w, b])

# %% wrong="walk" name="uses the mean squared error without the half as the loss for autograd, gradients and losses doubled"
theta = torch.zeros(2, dtype=torch.float64, requires_grad=True)
walk_losses = []
for _ in range(points.steps):
    loss = ((design @ theta - points.y) ** 2).mean()
    loss.backward()
    walk_losses.append(loss.item())
    with torch.no_grad():
        theta -= points.lr * theta.grad
        theta.grad.zero_()
walked = theta.detach()

# %% wrong="walk" name="keeps theta from before the last step because the update is skipped in the final round"
theta = torch.zeros(2).double()
walk_losses = []
step = 0
while True:
    error = design @ theta - points.y
    walk_losses.append(float(0.5 * (error ** 2).mean()))
    step += 1
    if step == points.steps:
        break
    theta = theta - points.lr * (design.T @ error) / 5
walked = theta

# %% right="sides" name="compact torch with where and linalg"
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(judged.w[0] * 2 + judged.b) / judged.w[1]
margin = (judged.y * z).min() / torch.linalg.norm(judged.w)

# %% right="sides" name="beginner loop over the four points"
w0, w1, b = judged.w[0], judged.w[1], judged.b
z = torch.zeros(4, dtype=torch.float64)
classes = torch.zeros(4, dtype=torch.int64)
smallest = None
for i in range(4):
    z[i] = w0 * judged.X[i, 0] + w1 * judged.X[i, 1] + b
    if z[i] > 0:
        classes[i] = 1
    else:
        classes[i] = -1
    yz = judged.y[i] * z[i]
    if smallest is None or yz < smallest:
        smallest = yz
height = (-b - w0 * 2.0) / w1
margin = smallest / torch.sqrt(w0 ** 2 + w1 ** 2)

# %% right="sides" name="arithmetic on the mask, signed distances, slope and intercept of the boundary"
z = torch.einsum("ij,j->i", judged.X, judged.w).add(judged.b)
classes = (z > 0).long() * 2 - 1
slope, intercept = -judged.w[0] / judged.w[1], -judged.b / judged.w[1]
height = slope * 2 + intercept
distances = z / judged.w.norm()
margin = torch.min(judged.y.double() * distances)

# %% wrong="sides" name="classes use 0.5 as threshold, as for probabilities, so a point barely on its side gets -1"
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0.5, 1, -1)
height = -(2 * judged.w[0] + judged.b) / judged.w[1]
margin = (judged.y * z).min() / judged.w.norm()

# %% wrong="sides" name="height solves for x0 at x1 = 2, w0 and w1 are exchanged"
z = judged.X @ judged.w + judged.b
classes = (2 * (z > 0) - 1).to(torch.int64)
height = -(judged.w[1] * 2 + judged.b) / judged.w[0]
margin = torch.min(judged.y * z) / torch.linalg.norm(judged.w)

# %% wrong="sides" name="margin multiplies the scores by the predicted classes instead of the true y, never negative"
z = (judged.X * judged.w).sum(dim=1) + judged.b
classes = torch.where(z > 0, 1, -1)
height = (-judged.b - judged.w[0] * 2) / judged.w[1]
margin = (classes * z).min() / judged.w.norm()

# %% wrong="sides" name="margin divides by the squared length w @ w, the square root is forgotten"
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(judged.w[0] * 2 + judged.b) / judged.w[1]
margin = (judged.y * z).min() / (judged.w @ judged.w)

# %% right="perceptron" name="the loop of week 3 with tensors"
w = torch.zeros(2, dtype=torch.float64)
b = torch.zeros((), dtype=torch.float64)
lr = 1
mistakes = []
while True:
    wrong = 0
    for x, y in zip(lesson.X, lesson.y):
        if y * (x @ w + b) <= 0:
            w = w + lr * y * x
            b = b + lr * y
            wrong += 1
    mistakes.append(wrong)
    if wrong == 0:
        break
perceptron_w = w
perceptron_b = b

# %% right="perceptron" name="bias as third weight, function that yields epochs"
def epochs(X, y):
    padded = torch.cat([X, torch.ones(len(X), 1, dtype=X.dtype)], dim=1)
    signed = padded * y.to(X.dtype)[:, None]
    theta = torch.zeros(padded.shape[1], dtype=X.dtype)
    count = -1
    while count != 0:
        count = 0
        for row in signed:
            if torch.dot(row, theta) <= 0:
                theta = theta + row
                count += 1
        yield theta, count


history = list(epochs(lesson.X, lesson.y))
perceptron_w = history[-1][0][:2].clone()
perceptron_b = history[-1][0][2].clone()
mistakes = [count for _, count in history]

# %% right="perceptron" name="plain Python numbers in a class, tensors only at the end"
class Perceptron:
    def __init__(self):
        self.w = [0.0, 0.0]
        self.b = 0.0

    def score(self, p):
        return self.w[0] * p[0] + self.w[1] * p[1] + self.b

    def epoch(self, data):
        bad = 0
        for p, label in data:
            predicted = 1 if self.score(p) > 0 else (-1 if self.score(p) < 0 else 0)
            if predicted != label:
                bad += 1
                self.w = [wi + label * pi for wi, pi in zip(self.w, p)]
                self.b += label
        return bad


data = [(p, int(label)) for p, label in zip(lesson.X.tolist(), lesson.y.tolist())]
model = Perceptron()
mistakes = [model.epoch(data)]
while mistakes[-1] > 0:
    mistakes.append(model.epoch(data))
perceptron_w = torch.tensor(model.w, dtype=torch.float64)
perceptron_b = torch.tensor(model.b, dtype=torch.float64)

# %% wrong="perceptron" name="tests y*score < 0, so the score 0 of the start is no mistake and nothing is learned"
w = torch.zeros(2, dtype=torch.float64)
b = torch.tensor(0.0, dtype=torch.float64)
mistakes = []
for epoch in range(10):
    count = 0
    for i in range(5):
        if lesson.y[i] * (lesson.X[i] @ w + b) < 0:
            w = w + lesson.y[i] * lesson.X[i]
            b = b + lesson.y[i]
            count += 1
    mistakes.append(count)
    if count == 0:
        break
perceptron_w, perceptron_b = w, b

# %% wrong="perceptron" name="judges all five points with the weights from the start of the epoch, batch update instead of one by one"
X, y = lesson.X, lesson.y.double()
w = torch.zeros(2, dtype=torch.float64)
b = torch.zeros((), dtype=torch.float64)
mistakes = []
for epoch in range(1000):
    bad = y * (X @ w + b) <= 0
    mistakes.append(int(bad.sum()))
    if mistakes[-1] == 0:
        break
    w = w + (y[bad][:, None] * X[bad]).sum(dim=0)
    b = b + y[bad].sum()
perceptron_w = w
perceptron_b = b

# %% wrong="perceptron" name="breaks before appending the last count, so mistakes does not end with the 0 of the clean epoch"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.zeros((), dtype=torch.float64)
mistakes = []
while True:
    count = 0
    for xi, yi in zip(lesson.X, lesson.y):
        if yi * (perceptron_w @ xi + perceptron_b) <= 0:
            perceptron_w = perceptron_w + yi * xi
            perceptron_b = perceptron_b + yi
            count += 1
    if count == 0:
        break
    mistakes.append(count)

# %% wrong="perceptron" name="counts mistakes over all points after the epoch instead of those met during the epoch"
w = torch.zeros(2, dtype=torch.float64)
b = torch.zeros((), dtype=torch.float64)
mistakes = []
for epoch in range(100):
    for x, y in zip(lesson.X, lesson.y):
        if y * (x @ w + b) <= 0:
            w = w + y * x
            b = b + y
    mistakes.append(int((lesson.y * (lesson.X @ w + b) <= 0).sum()))
    if mistakes[-1] == 0:
        break
perceptron_w = w
perceptron_b = b

# %% right="street_pull" name="vectorised with a mask"
y = street.y.double()
n = len(y)
margin_scores = y * (street.X @ street.w + street.b)
inside = (margin_scores < 1).double()
svm_loss = (1 - margin_scores).clamp(min=0).mean() + street.lam / 2 * (street.w @ street.w)
svm_dw = -(street.X.T @ (inside * y)) / n + street.lam * street.w
svm_db = -(inside * y).sum() / n

# %% right="street_pull" name="beginner loop over the points"
n = 5
margin_scores = torch.zeros(5, dtype=torch.float64)
hinge = torch.zeros((), dtype=torch.float64)
svm_dw = torch.zeros(2, dtype=torch.float64)
svm_db = torch.zeros((), dtype=torch.float64)
for i in range(n):
    zi = street.w[0] * street.X[i, 0] + street.w[1] * street.X[i, 1] + street.b
    margin_scores[i] = street.y[i] * zi
    if margin_scores[i] < 1:
        hinge = hinge + (1 - margin_scores[i])
        svm_dw = svm_dw - street.y[i] * street.X[i]
        svm_db = svm_db - street.y[i]
svm_loss = hinge / n + street.lam / 2 * (street.w[0] ** 2 + street.w[1] ** 2)
svm_dw = svm_dw / n + street.lam * street.w
svm_db = svm_db / n

# %% right="street_pull" name="autograd on a loss function, results detached"
def svm(w, b):
    m = street.y * (street.X @ w + b)
    return m, torch.relu(1 - m).mean() + 0.5 * street.lam * w.pow(2).sum()


w = street.w.detach().clone().requires_grad_(True)
b = torch.as_tensor(street.b, dtype=torch.float64).detach().clone().requires_grad_(True)
m, loss = svm(w, b)
gw, gb = torch.autograd.grad(loss, (w, b))
margin_scores, svm_loss, svm_dw, svm_db = (t.detach() for t in (m, loss, gw, gb))

# %% wrong="street_pull" name="gradient of the penalty taken as lam/2 times w, the 2 of the square is not brought down"
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
active = (margin_scores < 1).double()
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * (street.w ** 2).sum()
svm_dw = -((active * y)[:, None] * street.X).mean(dim=0) + street.lam / 2 * street.w
svm_db = -(active * y).mean()

# %% wrong="street_pull" name="gradient averages only over the points in the street, divides by their number instead of n"
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
inside = margin_scores < 1
svm_loss = (1 - margin_scores).clamp(min=0).mean() + street.lam / 2 * street.w.square().sum()
svm_dw = -(y[inside][:, None] * street.X[inside]).mean(dim=0) + street.lam * street.w
svm_db = -y[inside].mean()

# %% wrong="street_pull" name="mask of the gradient is y*z < 0, only points on the wrong side pull, not those inside the street"
y = street.y.to(torch.float64)
z = street.X @ street.w + street.b
margin_scores = y * z
svm_loss = torch.clamp(1 - margin_scores, min=0).sum() / 5 + street.lam / 2 * torch.sum(street.w ** 2)
bad = (margin_scores < 0).double()
svm_dw = street.lam * street.w - street.X.T @ (bad * y) / 5
svm_db = -(bad * y).sum() / 5

# %% wrong="street_pull" name="adds lam times b to svm_db although the penalty has only w in it"
y = street.y.double()
n = street.X.shape[0]
margin_scores = y * (street.X @ street.w + street.b)
g = -y * (margin_scores < 1)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * (street.w @ street.w)
svm_dw = street.X.T @ g / n + street.lam * street.w
svm_db = g.sum() / n + street.lam * street.b

# %% wrong="street_pull" name="the label y is missing in svm_dw, every active point pulls with -x"
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
active = (margin_scores < 1).double()
svm_loss = torch.relu(1 - margin_scores).mean() + 0.5 * street.lam * (street.w ** 2).sum()
svm_dw = -(active[:, None] * street.X).mean(dim=0) + street.lam * street.w
svm_db = -(active * y).mean()

# %% wrong="street_pull" name="svm_loss adds lam/2 times the length of w, not the squared length"
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * torch.linalg.norm(street.w)
coeff = torch.where(margin_scores < 1, -y, torch.zeros_like(y)) / len(y)
svm_dw = coeff @ street.X + street.lam * street.w
svm_db = coeff.sum()

# %% wrong="street_pull" name="svm_dw divides the penalty term lam * w by n together with the sum over the points"
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
mask = margin_scores < 1
svm_loss = (1 - margin_scores)[mask].sum() / 5 + street.lam / 2 * (street.w @ street.w)
svm_dw = (-(y[mask] @ street.X[mask]) + street.lam * street.w) / 5
svm_db = -y[mask].sum() / 5

# %% wrong="street_pull" name="svm_loss clips the mean of 1-m at 0 instead of clipping each point before the mean"
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
zero = torch.zeros((), dtype=torch.float64)
svm_loss = torch.maximum(zero, (1 - margin_scores).mean()) + street.lam / 2 * (street.w ** 2).sum()
active = (margin_scores < 1).double()
svm_dw = -(street.X.T @ (active * y)) / 5 + street.lam * street.w
svm_db = -(active * y).sum() / 5

# %% right="odds_pull" name="logaddexp and the error times input formula"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = (torch.logaddexp(odds_z, torch.zeros_like(odds_z)) - y * odds_z).mean()
log_dw = odds.X.T @ (probabilities - y) / len(y)
log_db = (probabilities - y).mean()

# %% right="odds_pull" name="beginner loop with math and a case distinction by sign"
import math

odds_z = torch.zeros(4, dtype=torch.float64)
probabilities = torch.zeros(4, dtype=torch.float64)
total = 0.0
dw0, dw1, db = 0.0, 0.0, 0.0
for i in range(4):
    x0, x1 = float(odds.X[i, 0]), float(odds.X[i, 1])
    zi = float(odds.w[0]) * x0 + float(odds.w[1]) * x1 + float(odds.b)
    yi = float(odds.y[i])
    if zi >= 0:
        a = 1 / (1 + math.exp(-zi))
        log_part = zi + math.log1p(math.exp(-zi))
    else:
        a = math.exp(zi) / (1 + math.exp(zi))
        log_part = math.log1p(math.exp(zi))
    odds_z[i] = zi
    probabilities[i] = a
    total += log_part - yi * zi
    dw0 += (a - yi) * x0
    dw1 += (a - yi) * x1
    db += a - yi
log_loss = torch.tensor(total / 4, dtype=torch.float64)
log_dw = torch.tensor([dw0 / 4, dw1 / 4], dtype=torch.float64)
log_db = torch.tensor(db / 4, dtype=torch.float64)

# %% right="odds_pull" name="library loss from logits with autograd"
from torch.nn.functional import binary_cross_entropy_with_logits

w = odds.w.detach().clone().requires_grad_()
b = torch.as_tensor(odds.b, dtype=torch.float64).detach().clone().requires_grad_()
scores = odds.X @ w + b
loss = binary_cross_entropy_with_logits(scores, odds.y.to(torch.float64))
loss.backward()
odds_z = scores.detach()
probabilities = 1 / (1 + torch.exp(-odds_z))
log_loss = loss.detach()
log_dw = w.grad
log_db = b.grad

# %% wrong="odds_pull" name="log_loss from probabilities clipped to 1e-12, finite but much too small for the far example"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
safe = probabilities.clamp(1e-12, 1 - 1e-12)
log_loss = -(y * safe.log() + (1 - y) * (1 - safe).log()).mean()
log_dw = odds.X.T @ (probabilities - y) / 4
log_db = (probabilities - y).sum() / 4

# %% wrong="odds_pull" name="gradient has the extra factor a(1-a), as for squared error, which kills the far example"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = (torch.clamp(odds_z, min=0) - y * odds_z + torch.log1p(torch.exp(-odds_z.abs()))).mean()
delta = (probabilities - y) * probabilities * (1 - probabilities)
log_dw = odds.X.T @ delta / 4
log_db = delta.mean()

# %% wrong="odds_pull" name="uses log(1+exp(-y z)) of the labels -1 and 1 with labels 0 and 1, class 0 costs log 2"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.logaddexp(torch.zeros(4).double(), -y * odds_z).mean()
log_dw = ((probabilities - y)[:, None] * odds.X).mean(dim=0)
log_db = (probabilities - y).mean()

# %% wrong="odds_pull" name="library binary_cross_entropy on the probabilities, which cuts each logarithm at -100"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.nn.functional.binary_cross_entropy(probabilities, y)
log_dw = odds.X.T @ (probabilities - y) / len(y)
log_db = (probabilities - y).mean()

# %% wrong="odds_pull" name="log_db is the sum of the errors, not divided by n, while log_dw is the mean"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = 1 / (1 + torch.exp(-odds_z))
log_loss = (torch.logaddexp(torch.zeros_like(odds_z), odds_z) - y * odds_z).mean()
error = probabilities - y
log_dw = odds.X.T @ error / 4
log_db = error.sum()

# %% wrong="odds_pull" name="gradient uses the hard prediction 0 or 1 instead of the probability a in a - y"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.nn.functional.binary_cross_entropy_with_logits(odds_z, y)
predicted = (odds_z > 0).double()
log_dw = (predicted - y) @ odds.X / 4
log_db = (predicted - y).mean()

# %% wrong="odds_pull" name="drops the examples whose logarithm is infinite and averages the loss over the rest only"
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
each = -torch.where(y == 1, torch.log(probabilities), torch.log(1 - probabilities))
log_loss = each[torch.isfinite(each)].mean()
log_dw = odds.X.T @ (probabilities - y) / 4
log_db = (probabilities - y).mean()

# %% wrong="odds_pull" name="autograd through scores clamped to -30..30, so the far example sends no gradient and its loss is cut"
y = odds.y.double()
w = odds.w.clone().requires_grad_()
b = torch.as_tensor(odds.b, dtype=torch.float64).clone().requires_grad_()
scores = odds.X @ w + b
limited = scores.clamp(-30, 30)
loss = (torch.log(1 + torch.exp(limited)) - y * limited).mean()
loss.backward()
odds_z = scores.detach()
probabilities = torch.sigmoid(odds_z)
log_loss = loss.detach()
log_dw = w.grad.detach()
log_db = b.grad.detach()
