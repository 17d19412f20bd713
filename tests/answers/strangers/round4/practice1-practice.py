# %% right="cut_and_turn" name="plain indexing and transpose"
one_row = block.numbers[:, block.j, :]
right_part = block.numbers[:, :, block.k:]
turned = block.numbers.transpose(1, 2)

# %% right="cut_and_turn" name="ellipsis, mT and select"
T = block.numbers
one_row, right_part, turned = T.select(1, block.j), T[..., block.k:], T.mT

# %% right="cut_and_turn" name="stack of layers by comprehension"
layers = [block.numbers[i] for i in range(2)]
one_row = torch.stack([layer[block.j] for layer in layers])
right_part = torch.stack([torch.stack([row[block.k:] for row in layer]) for layer in layers])
turned = torch.stack([layer.T for layer in layers])

# %% wrong="cut_and_turn" name="turned by reshape to (2, c, r), which keeps the reading order instead of transposing"
one_row = block.numbers[:, block.j]
right_part = block.numbers[:, :, block.k:]
turned = block.numbers.reshape(2, block.numbers.shape[2], block.numbers.shape[1])

# %% wrong="cut_and_turn" name="right_part takes the first c minus k columns, the left part of the same shape"
layers, r, c = block.numbers.shape
one_row = block.numbers[:, block.j]
right_part = block.numbers[:, :, : c - block.k]
turned = block.numbers.permute(0, 2, 1)

# %% wrong="cut_and_turn" name="counts rows from 1 and takes row j minus 1 instead of row j"
one_row = block.numbers[:, block.j - 1]
right_part = block.numbers[:, :, block.k:]
turned = block.numbers.transpose(1, 2)

# %% wrong="cut_and_turn" name="rotates each layer by 90 degrees with rot90 instead of transposing it"
one_row = block.numbers[:, block.j]
right_part = block.numbers[:, :, block.k:]
turned = torch.rot90(block.numbers, 1, (1, 2))

# %% right="shares" name="keepdim, matrix product, root of squares"
A, B = sales.A, sales.B
shares = A / A.sum(dim=1, keepdim=True)
bills = A @ B.T
length = (A ** 2).sum().sqrt()

# %% right="shares" name="einsum and norm"
shares = torch.einsum("sg,s->sg", sales.A, 1 / sales.A.sum(1))
bills = torch.einsum("sg,pg->sp", sales.A, sales.B)
length = torch.linalg.norm(sales.A)

# %% right="shares" name="loops into prepared tensors"
shares = torch.zeros(3, 4, dtype=torch.float64)
bills = torch.zeros(3, 2, dtype=torch.float64)
total = torch.tensor(0.0, dtype=torch.float64)
for shop in range(3):
    pieces = sales.A[shop].sum()
    for good in range(4):
        shares[shop, good] = sales.A[shop, good] / pieces
        total = total + sales.A[shop, good] * sales.A[shop, good]
    for prices in range(2):
        bills[shop, prices] = (sales.A[shop] * sales.B[prices]).sum()
length = torch.sqrt(total)

# %% wrong="shares" name="divides by the column sums, the share of the shop in each good, so rows do not add to 1"
shares = sales.A / sales.A.sum(dim=0)
bills = sales.A @ sales.B.T
length = sales.A.norm()

# %% wrong="shares" name="bills computed as B times A transposed and then reshaped to (3, 2) instead of transposed"
shares = sales.A / sales.A.sum(dim=1, keepdim=True)
bills = (sales.B @ sales.A.T).reshape(3, 2)
length = sales.A.norm()

# %% wrong="shares" name="length is the spectral norm, because torch.linalg.norm got ord 2 for a matrix"
shares = sales.A / sales.A.sum(dim=1, keepdim=True)
bills = sales.A @ sales.B.T
length = torch.linalg.norm(sales.A, 2)

# %% wrong="shares" name="bills use the shares instead of the pieces sold"
shares = sales.A / sales.A.sum(dim=1)[:, None]
bills = shares @ sales.B.T
length = torch.sqrt(sales.A.square().sum())

# %% right="cafe_table" name="pandas fillna and get_dummies with dummy_na"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
chairs = table.iloc[:, 0]
chairs = chairs.fillna(chairs.mean()).astype(float)
words = pd.get_dummies(table.iloc[:, 1], dummy_na=True).astype(float)
inputs = pd.concat([chairs, words], axis=1)
cafe_X = torch.tensor(inputs.to_numpy(dtype=float), dtype=torch.float64)
cafe_y = torch.tensor(table.iloc[:, 2].to_numpy(dtype=float), dtype=torch.float64)

# %% right="cafe_table" name="columns by hand with comparisons in torch"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
chairs = torch.tensor(table.iloc[:, 0].astype(float).to_numpy())
known = ~torch.isnan(chairs)
chairs = torch.where(known, chairs, chairs[known].mean())
where = table.iloc[:, 1]
columns = [chairs]
for flag in (where == "harbour", where == "market", where.isna()):
    columns.append(torch.tensor(flag.tolist()).double())
cafe_X = torch.stack(columns, dim=1)
cafe_y = torch.tensor(table.iloc[:, -1].tolist(), dtype=torch.float64)

# %% right="cafe_table" name="row by row with Python lists"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
records = table.values.tolist()
numbers = [float(row[0]) for row in records if not pd.isna(row[0])]
mean = sum(numbers) / len(numbers)


def encode(row):
    first = mean if pd.isna(row[0]) else float(row[0])
    missing = pd.isna(row[1])
    return [first] + [float(not missing and row[1] == word) for word in ("harbour", "market")] + [float(missing)]


cafe_X = torch.tensor([encode(row) for row in records], dtype=torch.float64)
cafe_y = torch.tensor([float(row[2]) for row in records], dtype=torch.float64)

# %% wrong="cafe_table" name="mean of the chairs is taken over all five with the missing one as 0, not over the known ones"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
mean = table.iloc[:, 0].fillna(0).mean()
chairs = table.iloc[:, 0].fillna(mean).astype(float)
words = pd.get_dummies(table.iloc[:, 1], dummy_na=True).astype(float)
cafe_X = torch.tensor(pd.concat([chairs, words], axis=1).to_numpy(dtype=float), dtype=torch.float64)
cafe_y = torch.tensor(table.iloc[:, 2].to_numpy(dtype=float), dtype=torch.float64)

# %% wrong="cafe_table" name="fills the missing word with NA before get_dummies, so the missing column sorts first among the words"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
chairs = table.iloc[:, 0].fillna(table.iloc[:, 0].mean()).astype(float)
words = pd.get_dummies(table.iloc[:, 1].fillna("NA")).astype(float)
cafe_X = torch.tensor(pd.concat([chairs, words], axis=1).to_numpy(dtype=float), dtype=torch.float64)
cafe_y = torch.tensor(table.iloc[:, 2].to_numpy(dtype=float), dtype=torch.float64)

# %% wrong="cafe_table" name="last column marks the cafe with the missing number of chairs instead of the missing word"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
chairs, where = table.iloc[:, 0], table.iloc[:, 1]
filled = chairs.fillna(chairs.mean())
parts = [filled, where == "harbour", where == "market", chairs.isna()]
cafe_X = torch.stack([torch.tensor(part.astype(float).to_numpy()) for part in parts], dim=1)
cafe_y = torch.tensor(table.iloc[:, 2].astype(float).to_numpy())

# %% wrong="cafe_table" name="market column is everything that is not harbour, so the missing word also counts as market"
table = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
chairs, where = table.iloc[:, 0], table.iloc[:, 1]
filled = chairs.fillna(chairs.mean())
parts = [filled, where == "harbour", where != "harbour", where.isna()]
cafe_X = torch.stack([torch.tensor(part.astype(float).to_numpy()) for part in parts], dim=1)
cafe_y = torch.tensor(table.iloc[:, 2].astype(float).to_numpy())

# %% right="neuron_step" name="by hand"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = 2 * error * neuron.x.reshape(1, 2)
db = 2 * error
new_W = neuron.W - neuron.lr * dW
new_b = neuron.b - neuron.lr * db
loss_after = (neuron.x @ new_W.T + new_b - neuron.y) ** 2

# %% right="neuron_step" name="autograd on copies"
W = neuron.W.clone().requires_grad_()
b = neuron.b.clone().requires_grad_()
prediction = neuron.x @ W.T + b
loss = (prediction - neuron.y).square().sum()
loss.backward()
y_hat, dW, db = prediction.detach(), W.grad.clone(), b.grad.clone()
with torch.no_grad():
    W -= neuron.lr * W.grad
    b -= neuron.lr * b.grad
    loss_after = (neuron.x @ W.T + b - neuron.y).square()

# %% right="neuron_step" name="closed form: the step shrinks the error by a factor"
features = torch.cat([neuron.x.reshape(-1), torch.ones(1, dtype=torch.float64)])
theta = torch.cat([neuron.W.reshape(-1), neuron.b.reshape(-1)])
y_hat = (features @ theta).reshape(1)
error = y_hat - neuron.y
gradient = 2 * error * features
dW, db = gradient[None, :2], gradient[2:]
loss_after = (error * (1 - 2 * neuron.lr * (features @ features))) ** 2

# %% wrong="neuron_step" name="forgets the factor 2 of the squared error in both gradients"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = error * neuron.x.reshape(1, 2)
db = error
loss_after = (neuron.x @ (neuron.W - neuron.lr * dW).T + neuron.b - neuron.lr * db - neuron.y) ** 2

# %% wrong="neuron_step" name="gradients have the opposite sign, from y minus y_hat, with a step by plus that hides it"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = neuron.y - y_hat
dW = 2 * error * neuron.x.reshape(1, 2)
db = 2 * error
W, b = neuron.W + neuron.lr * dW, neuron.b + neuron.lr * db
loss_after = (neuron.x @ W.T + b - neuron.y) ** 2

# %% wrong="neuron_step" name="db lacks the factor 2 while dW has it"
y_hat = neuron.x @ neuron.W.T + neuron.b
dW = 2 * (y_hat - neuron.y) * neuron.x.reshape(1, 2)
db = y_hat - neuron.y
W, b = neuron.W - neuron.lr * dW, neuron.b - neuron.lr * db
loss_after = (neuron.x @ W.T + b - neuron.y) ** 2

# %% wrong="neuron_step" name="loss_after uses the new weights but still the old bias"
y_hat = neuron.x @ neuron.W.T + neuron.b
dW = 2 * (y_hat - neuron.y) * neuron.x.reshape(1, 2)
db = 2 * (y_hat - neuron.y)
W = neuron.W - neuron.lr * dW
b = neuron.b - neuron.lr * db
loss_after = (neuron.x @ W.T + neuron.b - neuron.y) ** 2

# %% wrong="neuron_step" name="multiplies the error by the weights instead of the inputs in dW"
y_hat = neuron.x @ neuron.W.T + neuron.b
dW = 2 * (y_hat - neuron.y) * neuron.W
db = 2 * (y_hat - neuron.y)
W, b = neuron.W - neuron.lr * dW, neuron.b - neuron.lr * db
loss_after = (neuron.x @ W.T + b - neuron.y) ** 2

# %% wrong="neuron_step" name="reuses the name y_hat for the prediction after the step, so the first prediction is overwritten"
y_hat = neuron.x @ neuron.W.T + neuron.b
dW = 2 * (y_hat - neuron.y) * neuron.x.reshape(1, 2)
db = 2 * (y_hat - neuron.y)
y_hat = neuron.x @ (neuron.W - neuron.lr * dW).T + neuron.b - neuron.lr * db
loss_after = (y_hat - neuron.y) ** 2

# %% wrong="neuron_step" name="calls backward for two losses without clearing, so the gradients are added up and doubled"
W = neuron.W.clone().requires_grad_()
b = neuron.b.clone().requires_grad_()
for _ in range(2):
    y_hat = neuron.x @ W.T + b
    loss = ((y_hat - neuron.y) ** 2).sum()
    loss.backward()
y_hat = y_hat.detach()
dW, db = W.grad, b.grad
with torch.no_grad():
    loss_after = (neuron.x @ (W - neuron.lr * dW).T + b - neuron.lr * db - neuron.y) ** 2

# %% wrong="neuron_step" name="loss_after is only predicted by the slope, loss minus lr times squared gradient, not computed at the new parameters"
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = 2 * error * neuron.x.reshape(1, 2)
db = 2 * error
loss_after = error ** 2 - neuron.lr * ((dW ** 2).sum() + db ** 2)

# %% right="best_line" name="normal equations with solve"
ones = torch.ones_like(points.x)
design = torch.cat([points.x, ones], dim=1)
best = torch.linalg.solve(design.T @ design, design.T @ points.y)
errors = design @ best - points.y
best_loss = (errors ** 2).mean() / 2

# %% right="best_line" name="lstsq with a column target"
design = torch.hstack([points.x, torch.ones(5, 1, dtype=torch.float64)])
best = torch.linalg.lstsq(design, points.y[:, None]).solution[:, 0]
best_loss = torch.nn.functional.mse_loss(design @ best, points.y) * 0.5

# %% right="best_line" name="slope and intercept from centred sums"
x, y = points.x[:, 0], points.y
design = torch.stack([x, torch.ones_like(x)], dim=1)
centred = x - x.mean()
w = (centred * (y - y.mean())).sum() / (centred * centred).sum()
b = y.mean() - w * x.mean()
best = torch.stack([w, b])
residuals = y - (w * x + b)
best_loss = residuals @ residuals / (2 * len(y))

# %% wrong="best_line" name="puts the column of ones to the left of x in the design, then reorders the solution only"
design = torch.cat([torch.ones_like(points.x), points.x], dim=1)
best = torch.linalg.solve(design.T @ design, design.T @ points.y)
best_loss = ((design @ best - points.y) ** 2).mean() / 2
best = best.flip(0)

# %% wrong="best_line" name="best_loss is the mean squared error without the half"
design = torch.cat([points.x, torch.ones_like(points.x)], dim=1)
best = torch.linalg.solve(design.T @ design, design.T @ points.y)
best_loss = ((design @ best - points.y) ** 2).mean()

# %% wrong="best_line" name="subtracts y (5,) from a column (5, 1), so best_loss averages a (5, 5) table of differences"
design = torch.cat([points.x, torch.ones_like(points.x)], dim=1)
solution = torch.linalg.lstsq(design, points.y[:, None]).solution
best = solution[:, 0]
best_loss = ((design @ solution - points.y) ** 2).mean() / 2

# %% wrong="best_line" name="slope from x times y over x times x without centring, the bias only fitted afterwards"
x, y = points.x[:, 0], points.y
design = torch.stack([x, torch.ones_like(x)], dim=1)
w = (x @ y) / (x @ x)
b = (y - w * x).mean()
best = torch.stack([w, b])
best_loss = ((design @ best - y) ** 2).mean() / 2

# %% right="walk" name="theta and the gradient of the text"
theta = torch.zeros(2, dtype=torch.float64)
walk_losses = []
for step in range(points.steps):
    error = design @ theta - points.y
    walk_losses.append(((error ** 2).sum() / 10).item())
    gradient = design.T @ error / 5
    theta = theta - points.lr * gradient
walked = theta

# %% right="walk" name="autograd"
walked = torch.zeros(2, dtype=torch.float64, requires_grad=True)
walk_losses = []
for _ in range(points.steps):
    loss = (points.x[:, 0] * walked[0] + walked[1] - points.y).square().mean() / 2
    loss.backward()
    walk_losses.append(loss.item())
    with torch.no_grad():
        walked -= points.lr * walked.grad
    walked.grad = None
walked = walked.detach()

# %% right="walk" name="w and b as Python floats"
xs, ys = points.x.flatten().tolist(), points.y.tolist()
n = len(xs)
w, b, walk_losses = 0.0, 0.0, []
for _ in range(int(points.steps)):
    errors = [w * xi + b - yi for xi, yi in zip(xs, ys)]
    walk_losses.append(sum(e * e for e in errors) / (2 * n))
    dw = sum(e * xi for e, xi in zip(errors, xs)) / n
    db = sum(errors) / n
    w, b = w - float(points.lr) * dw, b - float(points.lr) * db
walked = torch.tensor([w, b], dtype=torch.float64)

# %% wrong="walk" name="notes the loss after each step instead of before it"
walked = torch.zeros(2, dtype=torch.float64)
walk_losses = []
for _ in range(points.steps):
    walked = walked - points.lr * design.T @ (design @ walked - points.y) / 5
    walk_losses.append(((design @ walked - points.y).square().mean() / 2).item())

# %% wrong="walk" name="moves the weight first and computes the bias gradient with the weight already moved"
x, y = points.x[:, 0], points.y
w, b = torch.zeros(2, dtype=torch.float64)
walk_losses = []
for _ in range(points.steps):
    walk_losses.append(((w * x + b - y).square().mean() / 2).item())
    w = w - points.lr * ((w * x + b - y) * x).mean()
    b = b - points.lr * (w * x + b - y).mean()
walked = torch.stack([w, b])

# %% wrong="walk" name="the listed losses are mean squared errors without the half"
theta = torch.zeros(2, dtype=torch.float64)
walk_losses = []
for _ in range(points.steps):
    error = design @ theta - points.y
    walk_losses.append(error.square().mean().item())
    theta = theta - points.lr * (design.T @ error / 5)
walked = theta

# %% wrong="walk" name="walked is stored before the update, so it misses the last step"
theta = torch.zeros(2, dtype=torch.float64)
walk_losses = []
for _ in range(points.steps):
    walked = theta
    error = design @ walked - points.y
    walk_losses.append((error.square().sum() / 10).item())
    theta = walked - points.lr * (design.T @ error / 5)

# %% right="sides" name="matrix product and where"
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(judged.w[0] * 2 + judged.b) / judged.w[1]
margin = (judged.y * z).min() / judged.w.norm()

# %% right="sides" name="columns, boolean arithmetic, hypot"
w0, w1 = judged.w
z = w0 * judged.X[:, 0] + w1 * judged.X[:, 1] + judged.b
classes = 2 * (z > 0).long() - 1
height = -judged.b / w1 - 2 * w0 / w1
margin = torch.min(z * judged.y / torch.hypot(w0, w1))

# %% right="sides" name="loop over the points"
scores, decided, distances = [], [], []
size = torch.sqrt(sum(wi * wi for wi in judged.w))
for point, label in zip(judged.X, judged.y):
    score = point[0] * judged.w[0] + point[1] * judged.w[1] + judged.b
    scores.append(score)
    decided.append(1 if score > 0 else -1)
    distances.append(label * score / size)
z = torch.stack(scores)
classes = torch.tensor(decided)
height = (0 - judged.b - judged.w[0] * 2) / judged.w[1]
margin = min(distances)

# %% wrong="sides" name="height has the bias with the wrong sign when solving for x1"
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = (judged.b - judged.w[0] * 2) / judged.w[1]
margin = (judged.y * z).min() / judged.w.norm()

# %% wrong="sides" name="margin is the smallest distance by absolute scores, so the mistake does not make it negative"
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(judged.w[0] * 2 + judged.b) / judged.w[1]
margin = z.abs().min() / judged.w.norm()

# %% wrong="sides" name="divides the margin by the length of w and b together instead of w alone"
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(judged.w[0] * 2 + judged.b) / judged.w[1]
margin = (judged.y * z).min() / (judged.w.square().sum() + judged.b ** 2).sqrt()

# %% wrong="sides" name="turns scores into whole numbers before comparing, so a small positive score becomes class -1"
z = judged.X @ judged.w + judged.b
classes = torch.where(z.to(torch.int64) > 0, 1, -1)
height = -(judged.w[0] * 2 + judged.b) / judged.w[1]
margin = (judged.y * z).min() / judged.w.norm()

# %% right="perceptron" name="while loop until an epoch without mistakes"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.tensor(0.0, dtype=torch.float64)
mistakes = []
while True:
    count = 0
    for i in range(len(lesson.X)):
        score = lesson.X[i] @ perceptron_w + perceptron_b
        if lesson.y[i] * score <= 0:
            perceptron_w = perceptron_w + lesson.y[i] * lesson.X[i]
            perceptron_b = perceptron_b + lesson.y[i]
            count += 1
    mistakes.append(count)
    if count == 0:
        break

# %% right="perceptron" name="bias among the weights, sign comparison, ten epochs at most"
extended = torch.cat([lesson.X, torch.ones(len(lesson.X), 1, dtype=torch.float64)], dim=1)
theta = torch.zeros(3, dtype=torch.float64)
mistakes = []
for epoch in range(10):
    missed = 0
    for row, label in zip(extended, lesson.y):
        if torch.sign(row @ theta) != label:
            theta += label * row
            missed += 1
    mistakes.append(missed)
    if not missed:
        break
perceptron_w, perceptron_b = theta[:2].clone(), theta[2].clone()

# %% right="perceptron" name="function for an epoch with Python numbers"
def one_epoch(w, b):
    count = 0
    for (x0, x1), label in zip(lesson.X.tolist(), lesson.y.tolist()):
        if label * (w[0] * x0 + w[1] * x1 + b) <= 0:
            w, b, count = [w[0] + label * x0, w[1] + label * x1], b + label, count + 1
    return w, b, count


w, b, mistakes = [0.0, 0.0], 0.0, []
while not mistakes or mistakes[-1] > 0:
    w, b, count = one_epoch(w, b)
    mistakes.append(count)
perceptron_w = torch.tensor(w, dtype=torch.float64)
perceptron_b = torch.tensor(b, dtype=torch.float64)

# %% wrong="perceptron" name="a score of exactly 0 is taken as class 1, so it is no mistake for points of class 1"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.zeros((), dtype=torch.float64)
mistakes = []
for epoch in range(100):
    count = 0
    for point, label in zip(lesson.X, lesson.y):
        predicted = 1 if point @ perceptron_w + perceptron_b >= 0 else -1
        if predicted != label:
            perceptron_w = perceptron_w + label * point
            perceptron_b = perceptron_b + label
            count += 1
    mistakes.append(count)
    if count == 0:
        break

# %% wrong="perceptron" name="updates with all mistakes of an epoch at once instead of point by point"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.zeros((), dtype=torch.float64)
mistakes = []
for epoch in range(100):
    missed = lesson.y * (lesson.X @ perceptron_w + perceptron_b) <= 0
    mistakes.append(int(missed.sum()))
    if mistakes[-1] == 0:
        break
    perceptron_w = perceptron_w + (lesson.y[missed, None] * lesson.X[missed]).sum(0)
    perceptron_b = perceptron_b + lesson.y[missed].sum()

# %% wrong="perceptron" name="adds 1 to the bias at each mistake instead of the label y"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.zeros((), dtype=torch.float64)
mistakes = []
for epoch in range(100):
    count = 0
    for point, label in zip(lesson.X, lesson.y):
        if label * (point @ perceptron_w + perceptron_b) <= 0:
            perceptron_w = perceptron_w + label * point
            perceptron_b = perceptron_b + 1.0
            count += 1
    mistakes.append(count)
    if count == 0:
        break

# %% wrong="perceptron" name="breaks before noting the last epoch, so mistakes does not end with 0"
perceptron_w = torch.zeros(2, dtype=torch.float64)
perceptron_b = torch.zeros((), dtype=torch.float64)
mistakes = []
for epoch in range(100):
    count = 0
    for point, label in zip(lesson.X, lesson.y):
        if label * (point @ perceptron_w + perceptron_b) <= 0:
            perceptron_w = perceptron_w + label * point
            perceptron_b = perceptron_b + label
            count += 1
    if count == 0:
        break
    mistakes.append(count)

# %% right="street_pull" name="mask and matrix product"
margin_scores = street.y * (street.X @ street.w + street.b)
hinge = torch.clamp(1 - margin_scores, min=0)
svm_loss = hinge.mean() + street.lam / 2 * (street.w ** 2).sum()
inside = (margin_scores < 1).double()
pull = -(inside * street.y) / len(street.X)
svm_dw = street.X.T @ pull + street.lam * street.w
svm_db = pull.sum()

# %% right="street_pull" name="autograd on copies"
w = street.w.clone().requires_grad_(True)
b = torch.as_tensor(street.b, dtype=torch.float64).clone().requires_grad_(True)
m = street.y * (street.X @ w + b)
loss = torch.relu(1 - m).mean() + 0.5 * street.lam * (w @ w)
svm_dw, svm_db = torch.autograd.grad(loss, [w, b])
margin_scores, svm_loss = m.detach(), loss.detach()

# %% right="street_pull" name="loop over the five points"
n = len(street.y)
scores = []
svm_loss = street.lam / 2 * street.w.norm() ** 2
svm_dw = street.lam * street.w
svm_db = torch.zeros((), dtype=torch.float64)
for point, label in zip(street.X, street.y):
    m = label * (point @ street.w + street.b)
    scores.append(m)
    if m < 1:
        svm_loss = svm_loss + (1 - m) / n
        svm_dw = svm_dw - label * point / n
        svm_db = svm_db - label / n
margin_scores = torch.stack(scores)

# %% wrong="street_pull" name="gradient of the width term is lam/2 times w instead of lam times w"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * street.w.square().sum()
pull = torch.where(margin_scores < 1, -1.0 * street.y, 0.0 * street.y).double()
svm_dw = (pull[:, None] * street.X).mean(0) + street.lam / 2 * street.w
svm_db = pull.mean()

# %% wrong="street_pull" name="only points on the wrong side (m < 0) pull, those inside the street are left out of the gradient"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * street.w.square().sum()
pull = torch.where(margin_scores < 0, -1.0 * street.y, 0.0 * street.y).double()
svm_dw = (pull[:, None] * street.X).mean(0) + street.lam * street.w
svm_db = pull.mean()

# %% wrong="street_pull" name="gradient averages over the active points only instead of all n points"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * street.w.square().sum()
active = margin_scores < 1
svm_dw = -(street.y[active, None] * street.X[active]).mean(0) + street.lam * street.w
svm_db = -street.y[active].double().mean()

# %% wrong="street_pull" name="regularises the bias too: db has an additional lam times b"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * street.w.square().sum()
pull = torch.where(margin_scores < 1, -1.0 * street.y, 0.0 * street.y).double()
svm_dw = (pull[:, None] * street.X).mean(0) + street.lam * street.w
svm_db = pull.mean() + street.lam * street.b

# %% wrong="street_pull" name="svm_loss uses the length of w instead of its square"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * street.w.norm()
pull = torch.where(margin_scores < 1, -1.0 * street.y, 0.0 * street.y).double()
svm_dw = (pull[:, None] * street.X).mean(0) + street.lam * street.w
svm_db = pull.mean()

# %% wrong="street_pull" name="dw leaves out the label y of each point, so points of class -1 pull the wrong way"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * street.w.square().sum()
active = (margin_scores < 1).double()
svm_dw = -(active[:, None] * street.X).mean(0) + street.lam * street.w
svm_db = -(active * street.y).mean()

# %% wrong="street_pull" name="db averages minus y over all points and forgets the mask of the hinge"
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * street.w.square().sum()
active = (margin_scores < 1).double()
svm_dw = street.X.T @ (-active * street.y) / 5 + street.lam * street.w
svm_db = -street.y.double().mean()

# %% wrong="street_pull" name="divides the margin scores by the length of w, as for the margin, and goes on with these"
margin_scores = street.y * (street.X @ street.w + street.b) / street.w.norm()
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * street.w.square().sum()
active = (margin_scores < 1).double()
svm_dw = street.X.T @ (-active * street.y) / 5 + street.lam * street.w
svm_db = -(active * street.y).mean()

# %% right="odds_pull" name="logaddexp and matrix product"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
zero = torch.zeros_like(odds_z)
log_loss = (torch.logaddexp(zero, odds_z) - odds.y * odds_z).mean()
delta = (probabilities - odds.y) / len(odds_z)
log_dw = odds.X.T @ delta
log_db = delta.sum()

# %% right="odds_pull" name="binary_cross_entropy_with_logits and autograd"
w = odds.w.clone().requires_grad_()
b = torch.as_tensor(odds.b, dtype=torch.float64).clone().requires_grad_()
scores = odds.X @ w + b
loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, odds.y.double())
loss.backward()
odds_z, probabilities = scores.detach(), torch.sigmoid(scores).detach()
log_loss, log_dw, log_db = loss.detach(), w.grad, b.grad

# %% right="odds_pull" name="loop with max and log1p for the stable loss"
n = len(odds.y)
all_z, all_a = [], []
log_loss = torch.tensor(0.0, dtype=torch.float64)
log_dw = torch.zeros(2, dtype=torch.float64)
log_db = torch.tensor(0.0, dtype=torch.float64)
for point, label in zip(odds.X, odds.y):
    z_i = (point * odds.w).sum() + odds.b
    a_i = torch.sigmoid(z_i)
    all_z.append(z_i)
    all_a.append(a_i)
    log_loss += (z_i.clamp(min=0) - label * z_i + torch.log1p(torch.exp(-z_i.abs()))) / n
    log_dw += (a_i - label) * point / n
    log_db += (a_i - label) / n
odds_z, probabilities = torch.stack(all_z), torch.stack(all_a)

# %% wrong="odds_pull" name="computes the loss from probabilities clamped by 1e-12, finite but wrong for the far example"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
a = probabilities.clamp(1e-12, 1 - 1e-12)
log_loss = -(odds.y * torch.log(a) + (1 - odds.y) * torch.log(1 - a)).mean()
log_dw = odds.X.T @ (probabilities - odds.y) / 4
log_db = (probabilities - odds.y).mean()

# %% wrong="odds_pull" name="uses binary_cross_entropy on the probabilities, which cuts the logarithm off at -100"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.nn.functional.binary_cross_entropy(probabilities, odds.y.double())
log_dw = odds.X.T @ (probabilities - odds.y) / 4
log_db = (probabilities - odds.y).mean()

# %% wrong="odds_pull" name="gradient with y minus a instead of a minus y, so it points downhill"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.nn.functional.binary_cross_entropy_with_logits(odds_z, odds.y.double())
error = odds.y - probabilities
log_dw = (error[:, None] * odds.X).mean(0)
log_db = error.mean()

# %% wrong="odds_pull" name="multiplies the error by the sigmoid's slope a(1-a) although cross-entropy cancels it"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.nn.functional.binary_cross_entropy_with_logits(odds_z, odds.y.double())
delta = (probabilities - odds.y) * probabilities * (1 - probabilities)
log_dw = odds.X.T @ delta / len(delta)
log_db = delta.mean()

# %% wrong="odds_pull" name="loss uses log(1 + exp(-y z)) with the labels 1 and 0 as if they were 1 and -1"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.logaddexp(torch.zeros_like(odds_z), -odds.y * odds_z).mean()
delta = probabilities - odds.y
log_dw = odds.X.T @ delta / len(delta)
log_db = delta.mean()

# %% wrong="odds_pull" name="db is the sum of the errors, not their mean, while dw is divided by n"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = (torch.logaddexp(torch.zeros_like(odds_z), odds_z) - odds.y * odds_z).mean()
log_dw = odds.X.T @ (probabilities - odds.y) / len(odds.X)
log_db = (probabilities - odds.y).sum()

# %% wrong="odds_pull" name="gives the probabilities to the with_logits loss, so the sigmoid is applied twice"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.nn.functional.binary_cross_entropy_with_logits(probabilities, odds.y.double())
log_dw = odds.X.T @ (probabilities - odds.y) / 4
log_db = (probabilities - odds.y).mean()

# %% wrong="odds_pull" name="drops the example whose logarithm is infinite from the mean to get a finite loss"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
chosen = torch.where(odds.y == 1, probabilities, 1 - probabilities)
single = -torch.log(chosen)
log_loss = single[torch.isfinite(single)].mean()
log_dw = odds.X.T @ (probabilities - odds.y) / 4
log_db = (probabilities - odds.y).mean()
