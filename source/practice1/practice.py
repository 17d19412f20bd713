# %% [markdown]
# # Practice 1: weeks 1 to 3, with your own numbers
#
# This is the first of two practices. It asks nothing new. It asks whether you can do on your own what weeks 1 to 3
# showed you, with numbers that only you have: every question takes its numbers from your student ID.
#
# When you are through you will have shown that you can
#
# - cut, turn and normalise a tensor, and say its shape before you run the cell;
# - bring a table with holes into two tensors;
# - take a neuron from prediction to gradient to one step of training;
# - fit a line by a formula and by gradient descent, and see the two agree;
# - judge a linear classifier by its scores, its margin, its hinge loss and its logistic loss.
#
# **From before.** Everything here was taught in weeks 1 to 3; each question says where. Have those notebooks open. You
# may reuse your own code from them, by copying it into the cell where you need it.
#
# ## How this practice works
#
# - In the first exercise you type your ID. A locked cell before each question then shows *your* numbers.
# - Tensors are printed with four decimals, but they hold more. So compute with `neuron.W` and the like. Do not copy
#   digits from the screen.
# - All tensors are **float64**, and so are your answers, unless a question says otherwise.
# - The checks that you see look only at the *form* of an answer: its shape and its dtype. "Visible check passes" does
#   not mean that the numbers are right. That is decided when the practice is graded, with the ID under which it was
#   handed in. So test your results yourself, as you learned to: on paper, a second way, with autograd.
# - "Without dimensions" means the shape `()`: a tensor that holds a single number, not a Python number.
#
# There are eleven exercises and one question to be answered in words, 25 points together.

# %%
import io

import pandas as pd
import torch

from course import cases, check, plot, practice

# %% [markdown]
# ## 1. Your ID
#
# Your ID is a letter, seven digits and a letter, such as U1234567X. The digits are called $a$ to $g$: for U1234567X
# they are $a = 1$, $b = 2$, and so on to $g = 7$. Each question uses some of them.
#
# ### Exercise 1.1: who are you?
#
# **Your turn.** Set `student_id` to your own ID, as text in quotation marks. If you type another person's ID, all your
# numbers are that person's, and your answers will not count. Check it once more when you are done.

# %% solution="student_id"
### BEGIN SOLUTION
student_id = "U1234567X"
### END SOLUTION

# %% check="student_id" points=1
check.value(student_id, practice.on_record(student_id))
### BEGIN HIDDEN TESTS
typed = practice.on_record(student_id)
check.value(student_id, typed)
### END HIDDEN TESTS

# %% wrong="student_id" name="a digit too few"
# says: Your ID has six digits between its letters. Seven are needed.
# next: Compare it with your student card, digit by digit.
student_id = "U123456X"

# %% wrong="student_id" name="only the digits"
# says: The two letters belong to the ID.
# next: Write the letter in front and the letter at the end as well.
student_id = "1234567"

# %% wrong="student_id" name="a number instead of text"
# says: You gave a number. The ID is text, because it begins and ends with a letter.
# next: Put the whole ID in quotation marks.
student_id = 1234567

# %% wrong="student_id" name="the letter O for a zero"
# says: One of the seven digits is a letter. A zero and a capital O look much alike.
# next: Type the digits again, on the number keys.
student_id = "U12345O7X"

# %% right="student_id" name="small letters"
student_id = "u1234567x"

# %% right="student_id" name="another student"
student_id = "A9081726B"

# %% [markdown]
# Here are your digits. If the cell complains instead, read what it says about the form of your ID.

# %%
practice.digits(student_id)

# %% [markdown]
# ## 2. Tensors
#
# ### Exercise 2.1: cut and turn a block
#
# Networks pass blocks of numbers from layer to layer, and a dimension in the wrong place is the mistake that everybody
# makes. (Week 1, *tensors*, sections 2 and 4.)

# %% given="block"
block = practice.block(student_id)
block

# %% [markdown]
# `block.numbers` has shape (2, r, c): two layers, each with r rows and c columns. Read r and c off the output.
# `block.j` is a row index and `block.k` a column index.
#
# **Your turn.** Set
#
# - `one_row` to row `j` of *both* layers, shape (2, c);
# - `right_part` to everything from column `k` on, `k` included, in all rows of both layers, shape (2, r, c − k);
# - `turned` to the block with each layer transposed, shape (2, c, r).
#
# Say each shape as numbers before you run your cell.

# %% solution="cut_and_turn"
### BEGIN SOLUTION
one_row = block.numbers[:, block.j, :]
right_part = block.numbers[:, :, block.k :]
turned = block.numbers.transpose(1, 2)
### END SOLUTION

# %% check="cut_and_turn" points=2
own = practice.block(practice.on_record(student_id))
layers, rows, columns = own.numbers.shape
check.shape(one_row, (layers, columns), dtype=torch.float64)
check.shape(right_part, (layers, rows, columns - own.k), dtype=torch.float64)
check.shape(turned, (layers, columns, rows), dtype=torch.float64)
### BEGIN HIDDEN TESTS
check.value(one_row, torch.stack([layer[own.j] for layer in own.numbers]))
check.value(right_part, torch.stack([layer[:, own.k :] for layer in own.numbers]))
check.value(turned, torch.stack([layer.T for layer in own.numbers]))
### END HIDDEN TESTS

# %% wrong="cut_and_turn" name="reshape instead of transpose"
# says: Your turned block has the right shape, but reshape only cuts the same row of numbers anew.
# next: Swap dimensions 1 and 2 with transpose.
one_row = block.numbers[:, block.j]
right_part = block.numbers[..., block.k :]
turned = block.numbers.reshape(2, block.numbers.shape[2], block.numbers.shape[1])

# %% wrong="cut_and_turn" name="counting from 1"
# says: Your row is one too early. Indices start at 0, so row j is simply index j.
# next: Use j and k as they are.
one_row = block.numbers[:, block.j - 1]
right_part = block.numbers[..., block.k :]
turned = block.numbers.transpose(1, 2)

# %% wrong="cut_and_turn" name="one layer only"
# says: You take the row from the first layer only. Both layers are wanted.
# next: Put a colon in the place of the layer.
one_row = block.numbers[0, block.j]
right_part = block.numbers[0, :, block.k :]
turned = block.numbers[0].T

# %% wrong="cut_and_turn" name="another student's block"
# says: These numbers belong to another ID.
# next: Compute with the block that the locked cell made from your own ID.
other = practice.block("U1235567X")
one_row = other.numbers[:, other.j, :]
right_part = other.numbers[:, :, other.k :]
turned = other.numbers.transpose(1, 2)

# %% wrong="cut_and_turn" name="the left part"
# says: Your second part is the left end of the block. The columns from k on are its right end.
# next: Start the range at k and leave its end open.
c = block.numbers.shape[2]
one_row = block.numbers[:, block.j, :]
right_part = block.numbers[:, :, :c - block.k]
turned = block.numbers.permute(0, 2, 1)

# %% wrong="cut_and_turn" name="one layer twice"
# says: Your turned block has layer 0 in both places.
# next: Turn every layer: swap the last two dimensions of the whole block.
first = block.numbers[0]
second = block.numbers[1]
one_row = torch.stack([first[block.j], second[block.j]])
right_part = torch.stack([first[:, block.k:], second[:, block.k:]])
turned = torch.stack([first.T, first.T])

# %% wrong="cut_and_turn" name="turned by a quarter"
# says: You turn each layer by a quarter. Transposed means mirrored: what was row i becomes column i, in the same order.
# next: Swap dimensions 1 and 2 with transpose.
one_row = block.numbers[:, block.j]
right_part = block.numbers[..., block.k :]
turned = torch.rot90(block.numbers, 1, dims=(1, 2))

# %% right="cut_and_turn" name="permute and dots"
one_row = block.numbers[..., block.j, :]
right_part = block.numbers[..., block.k :]
turned = block.numbers.permute(0, 2, 1)

# %% right="cut_and_turn" name="layer by layer"
one_row = torch.stack([block.numbers[0][block.j], block.numbers[1][block.j]])
right_part = torch.stack([block.numbers[0][:, block.k :], block.numbers[1][:, block.k :]])
turned = torch.stack([block.numbers[0].T, block.numbers[1].T])

# %% [markdown]
# ### Exercise 2.2: shares, bills and a length
#
# Three shops sell four goods. `sales.A`, shape (3, 4), says how many pieces: a row for each shop, a column for each of
# the goods. `sales.B`, shape (2, 4), holds two price lists, one in each row. (Week 1, *tensors*, sections 5 to 7.)

# %% given="sales"
sales = practice.shares(student_id)
sales

# %% [markdown]
# **Your turn.** Set
#
# - `shares`, shape (3, 4), to the share that each of the goods has in the pieces that *its shop* sells, so that every
#   row adds up to 1;
# - `bills`, shape (3, 2), to what each shop takes in under each of the two price lists;
# - `length`, a tensor without dimensions, to the Frobenius norm of `A`.

# %% solution="shares"
### BEGIN SOLUTION
shares = sales.A / sales.A.sum(dim=1, keepdim=True)
bills = sales.A @ sales.B.T
length = sales.A.norm()
### END SOLUTION

# %% check="shares" points=2
check.shape(shares, (3, 4), dtype=torch.float64)
check.shape(bills, (3, 2), dtype=torch.float64)
check.shape(length, (), dtype=torch.float64)
### BEGIN HIDDEN TESTS
own = practice.shares(practice.on_record(student_id))
check.value(shares, torch.stack([row / row.sum() for row in own.A]))
check.value(bills, torch.einsum("sg,pg->sp", own.A, own.B))
check.value(length, (own.A * own.A).sum().sqrt())
### END HIDDEN TESTS

# %% wrong="shares" name="columns add up to 1"
# says: Your columns add up to 1. The question is about the shares within a shop, so every row must.
# next: Sum over the goods, dimension 1, and keep the dimension.
shares = sales.A / sales.A.sum(dim=0)
bills = sales.A @ sales.B.T
length = sales.A.norm()

# %% wrong="shares" name="divided by the total"
# says: You divide by everything that all shops sell. Each shop should be divided by its own sum.
# next: Give sum a dimension, and keepdim.
shares = sales.A / sales.A.sum()
bills = sales.A @ sales.B.T
length = sales.A.norm()

# %% wrong="shares" name="shops and price lists swapped"
# says: Your bills have a row for each price list. A row for each shop is wanted.
# next: Begin the product with A, so that its rows stay rows.
shares = sales.A / sales.A.sum(dim=1, keepdim=True)
bills = sales.B @ sales.A.T
length = sales.A.norm()

# %% wrong="shares" name="sum instead of norm"
# says: Your length is the sum of the sizes. The Frobenius norm is the root of the sum of the squares.
# next: Square first, then sum, then take the root.
shares = sales.A / sales.A.sum(dim=1, keepdim=True)
bills = sales.A @ sales.B.T
length = sales.A.abs().sum()

# %% wrong="shares" name="another student's sales"
# says: These numbers belong to another ID.
# next: Compute with the numbers that the locked cell made from your own ID.
other = practice.shares("U1234568X")
shares = other.A / other.A.sum(dim=1, keepdim=True)
bills = other.A @ other.B.T
length = other.A.norm()

# %% wrong="shares" name="reshaped instead of turned"
# says: Your bills were cut anew by reshape. They should be turned: a row for each shop.
# next: Multiply in the other order, or transpose.
shares = sales.A / sales.A.sum(dim=1, keepdim=True)
bills = (sales.B @ sales.A.T).reshape(3, 2)
length = torch.norm(sales.A)

# %% wrong="shares" name="spectral norm"
# says: Your length is the spectral norm of the matrix. The length asked for goes over all entries.
# next: Take the root of the sum of all squares.
shares = sales.A / sales.A.sum(dim=1).reshape(-1, 1)
bills = torch.matmul(sales.A, sales.B.T)
length = torch.linalg.matrix_norm(sales.A, 2)

# %% wrong="shares" name="bills of shares"
# says: Your bills multiply shares by prices. A shop pays for pieces.
# next: Multiply A itself by the price lists.
shares = sales.A / sales.A.sum(1, keepdim=True)
bills = shares @ sales.B.T
length = sales.A.square().sum().sqrt()

# %% right="shares" name="column of sums, einsum, flattened"
shares = sales.A / sales.A.sum(1)[:, None]
bills = torch.einsum("ij,kj->ik", sales.A, sales.B)
length = torch.sqrt((sales.A.flatten() ** 2).sum())

# %% right="shares" name="transposed twice, by columns"
shares = (sales.A.T / sales.A.sum(dim=1)).T
bills = torch.stack([sales.A @ sales.B[0], sales.A @ sales.B[1]], dim=1)
length = torch.linalg.norm(sales.A)

# %% [markdown]
# ## 3. A table with holes
#
# ### Exercise 3.1: from text to `X` and `y`
#
# Somebody noted for five cafés how many chairs they have, where they are, and what a cup of coffee costs. One number
# and one word are missing. (Week 1, *tables*, sections 3 to 5.)

# %% given="cafes"
cafes = practice.table(student_id)
cafes

# %% [markdown]
# `cafes.text` is the text of the table. As in week 1, `pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)`
# reads it. `NA` stands where nothing was written down.
#
# **Your turn.** Prepare it as in week 1: the missing number becomes the mean of the known ones; the words become
# one-hot columns in alphabetical order, followed by a column for "missing"; the price is the target. Set
#
# - `cafe_X`, shape (5, 4): the chairs, then `harbour`, `market` and missing;
# - `cafe_y`, shape (5,): the prices.

# %% solution="cafe_table"
### BEGIN SOLUTION
cafe_X = pd.get_dummies(pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True).iloc[:, :-1], dummy_na=True)
cafe_X = torch.tensor(cafe_X.fillna(cafe_X.mean()).to_numpy(dtype=float))
cafe_y = torch.tensor(pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)["price"].to_numpy(dtype=float))
### END SOLUTION

# %% check="cafe_table" points=2
check.shape(cafe_X, (5, 4), dtype=torch.float64)
check.shape(cafe_y, (5,), dtype=torch.float64)
### BEGIN HIDDEN TESTS
rows = [row.split(", ") for row in practice.table(practice.on_record(student_id)).text.splitlines()[1:]]
known = [float(row[0]) for row in rows if row[0] != "NA"]
chairs = [float(row[0]) if row[0] != "NA" else sum(known) / len(known) for row in rows]
hot = [[float(row[1] == word) for word in ("harbour", "market", "NA")] for row in rows]
check.value(cafe_X, torch.tensor([[number, *ones] for number, ones in zip(chairs, hot)], dtype=torch.float64))
check.value(cafe_y, torch.tensor([float(row[2]) for row in rows], dtype=torch.float64))
### END HIDDEN TESTS

# %% wrong="cafe_table" name="hole filled with 0"
# says: You filled the missing number of chairs with 0. It should become the mean of the others.
# next: Give fillna the means of the columns.
cafe_X = pd.get_dummies(pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True).iloc[:, :-1], dummy_na=True)
cafe_X = torch.tensor(cafe_X.fillna(0).to_numpy(dtype=float))
cafe_y = torch.tensor(pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)["price"].to_numpy(dtype=float))

# %% wrong="cafe_table" name="filled with the median"
# says: You filled the hole with the median. The mean was asked for, and the one large café pulls it up.
# next: Use mean instead of median.
cafe_X = pd.get_dummies(pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True).iloc[:, :-1], dummy_na=True)
cafe_X = torch.tensor(cafe_X.fillna(cafe_X.median()).to_numpy(dtype=float))
cafe_y = torch.tensor(pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)["price"].to_numpy(dtype=float))

# %% wrong="cafe_table" name="no column for missing words"
# says: The café without a place has zeros in all its columns. "Not known" needs a column of its own.
# next: Give get_dummies the option dummy_na=True.
cafe_X = pd.get_dummies(pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True).iloc[:, :-1])
cafe_X = torch.tensor(cafe_X.fillna(cafe_X.mean()).to_numpy(dtype=float))
cafe_y = torch.tensor(pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)["price"].to_numpy(dtype=float))

# %% wrong="cafe_table" name="a place called NA"
# says: For pandas your missing word is a word: the space after the comma made " NA" of it. So you have a column of zeros.
# next: Give read_csv the option skipinitialspace=True.
cafe_X = pd.get_dummies(pd.read_csv(io.StringIO(cafes.text)).iloc[:, :-1], dummy_na=True)
cafe_X = torch.tensor(cafe_X.fillna(cafe_X.mean()).to_numpy(dtype=float))
cafe_y = torch.tensor(pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)["price"].to_numpy(dtype=float))

# %% wrong="cafe_table" name="another student's table"
# says: These numbers belong to another ID.
# next: Read the text that the locked cell made from your own ID.
other = practice.table("U1254567X").text
cafe_X = pd.get_dummies(pd.read_csv(io.StringIO(other), skipinitialspace=True).iloc[:, :-1], dummy_na=True)
cafe_X = torch.tensor(cafe_X.fillna(cafe_X.mean()).to_numpy(dtype=float))
cafe_y = torch.tensor(pd.read_csv(io.StringIO(other), skipinitialspace=True)["price"].to_numpy(dtype=float))

# %% wrong="cafe_table" name="hole counted as 0"
# says: You divide by all five rows. The hole is no zero: it does not count.
# next: Divide by the number of known cells.
data = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
chairs = data.iloc[:, 0]
mean = chairs.sum() / len(chairs)
chairs = chairs.fillna(mean)
words = pd.get_dummies(data.iloc[:, 1], dummy_na=True)
cafe_X = torch.tensor(pd.concat([chairs, words], axis=1).to_numpy(dtype=float))
cafe_y = torch.tensor(data.iloc[:, 2].to_numpy(dtype=float))

# %% wrong="cafe_table" name="wrong row marked"
# says: Your column for missing words marks the row in which the number of chairs is missing.
# next: It belongs to the row without a word.
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

# %% wrong="cafe_table" name="word guessed and marked"
# says: You put the most frequent word into the hole, and mark the hole as well: two ones in a row.
# next: Leave the hole what it is: it has a column of its own.
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

# %% wrong="cafe_table" name="word guessed"
# says: You put the most frequent word into the hole, so nothing is missing any more.
# next: Leave the hole what it is: it has a column of its own.
cafe_inputs = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
places = cafe_inputs["place"].fillna(cafe_inputs["place"].mode()[0])
hot = pd.get_dummies(places, dummy_na=True).to_numpy(dtype=float)
chairs = cafe_inputs["chairs"].fillna(cafe_inputs["chairs"].mean()).to_numpy(dtype=float)
cafe_X = torch.cat([torch.tensor(chairs)[:, None], torch.tensor(hot)], dim=1)
cafe_y = torch.tensor(cafe_inputs["price"].to_numpy(dtype=float))

# %% right="cafe_table" name="column by column"
cafe_inputs = pd.read_csv(io.StringIO(cafes.text), skipinitialspace=True)
chairs = torch.tensor(cafe_inputs["chairs"].to_numpy(dtype=float))
chairs[chairs.isnan()] = chairs.nanmean()
hot = pd.get_dummies(cafe_inputs["place"], dummy_na=True).to_numpy(dtype=float)
cafe_X = torch.cat([chairs[:, None], torch.tensor(hot)], dim=1)
cafe_y = torch.tensor(cafe_inputs["price"].to_numpy(dtype=float))

# %% right="cafe_table" name="without pandas"
cafe_inputs = [line.split(", ") for line in cafes.text.strip().splitlines()[1:]]
numbers = [float(row[0]) for row in cafe_inputs if row[0] != "NA"]
cafe_X = torch.zeros(5, 4, dtype=torch.float64)
for i, row in enumerate(cafe_inputs):
    cafe_X[i, 0] = sum(numbers) / 4 if row[0] == "NA" else float(row[0])
    cafe_X[i, ["harbour", "market", "NA"].index(row[1]) + 1] = 1
cafe_y = torch.tensor([float(row[2]) for row in cafe_inputs], dtype=torch.float64)

# %% [markdown]
# ## 4. One neuron
#
# ### Exercise 4.1: predict, differentiate, step
#
# One neuron, one example, one step of training: everything that comes later is many of these. (Week 2, sections 1 to 3
# and 5.)

# %% given="neuron"
neuron = practice.neuron(student_id)
neuron

# %% [markdown]
# The neuron predicts $\hat y = x W^\top + b$, a tensor of shape (1,). The loss is the squared error $(\hat y - y)^2$.
#
# **Your turn.** Set
#
# - `y_hat`, shape (1,), to the prediction;
# - `dW`, shape (1, 2), and `db`, shape (1,), to the gradient of the loss with respect to `W` and `b`;
# - `loss_after`, shape (1,), to the loss after one step of gradient descent with the learning rate `neuron.lr`.
#
# Do it by hand or with autograd, as you like; then do it the other way, and compare. (`result.detach()` takes
# autograd's notes off a result.) If your step is right, `loss_after` is smaller than the loss before, but not 0.

# %% solution="neuron_step"
### BEGIN SOLUTION
y_hat = neuron.x @ neuron.W.T + neuron.b
dW = (2 * (y_hat - neuron.y) * neuron.x).reshape(1, 2)
db = 2 * (y_hat - neuron.y)
loss_after = (neuron.x @ (neuron.W - neuron.lr * dW).T + neuron.b - neuron.lr * db - neuron.y) ** 2
### END SOLUTION

# %% check="neuron_step" points=3
check.shape(y_hat, (1,), dtype=torch.float64)
check.shape(dW, (1, 2), dtype=torch.float64)
check.shape(db, (1,), dtype=torch.float64)
check.shape(loss_after, (1,), dtype=torch.float64)
### BEGIN HIDDEN TESTS
own = practice.neuron(practice.on_record(student_id))
right_W, right_b = own.W.clone().requires_grad_(), own.b.clone().requires_grad_()
prediction = (right_W * own.x).sum(dim=1) + right_b
right_dW, right_db = torch.autograd.grad((prediction - own.y).square().sum(), (right_W, right_b))
stepped = ((right_W - own.lr * right_dW) * own.x).sum(dim=1) + right_b - own.lr * right_db
check.value(y_hat, prediction.detach())
check.value(dW, right_dW)
check.value(db, right_db)
check.value(loss_after, (stepped - own.y).square().detach())
### END HIDDEN TESTS

# %% wrong="neuron_step" name="factor 2 lost"
# says: Your gradient is half of the right one. The derivative of a square brings a factor 2.
# next: Differentiate (ŷ − y)² once more, slowly.
y_hat = neuron.x @ neuron.W.T + neuron.b
dW = ((y_hat - neuron.y) * neuron.x).reshape(1, 2)
db = y_hat - neuron.y
loss_after = (neuron.x @ (neuron.W - neuron.lr * dW).T + neuron.b - neuron.lr * db - neuron.y) ** 2

# %% wrong="neuron_step" name="uphill"
# says: Your step goes in the direction of the gradient, uphill. The loss grows.
# next: Subtract the gradient times the learning rate.
y_hat = neuron.x @ neuron.W.T + neuron.b
dW = (2 * (y_hat - neuron.y) * neuron.x).reshape(1, 2)
db = 2 * (y_hat - neuron.y)
loss_after = (neuron.x @ (neuron.W + neuron.lr * dW).T + neuron.b + neuron.lr * db - neuron.y) ** 2

# %% wrong="neuron_step" name="difference the other way round"
# says: Your gradient has the wrong sign: you took truth minus prediction.
# next: The derivative of (ŷ − y)² with respect to ŷ is 2 (ŷ − y).
y_hat = neuron.x @ neuron.W.T + neuron.b
dW = (2 * (neuron.y - y_hat) * neuron.x).reshape(1, 2)
db = 2 * (neuron.y - y_hat)
loss_after = (neuron.x @ (neuron.W - neuron.lr * dW).T + neuron.b - neuron.lr * db - neuron.y) ** 2

# %% wrong="neuron_step" name="input forgotten"
# says: Both of your weights have the same gradient. A weight's gradient contains its own input.
# next: Multiply the error by x, entry by entry.
y_hat = neuron.x @ neuron.W.T + neuron.b
dW = (2 * (y_hat - neuron.y)).repeat(1, 2)
db = 2 * (y_hat - neuron.y)
loss_after = (neuron.x @ (neuron.W - neuron.lr * dW).T + neuron.b - neuron.lr * db - neuron.y) ** 2

# %% wrong="neuron_step" name="bias left where it was"
# says: Your step moves the weights only. The bias is a parameter too.
# next: Subtract lr times db from b before you predict again.
y_hat = neuron.x @ neuron.W.T + neuron.b
dW = (2 * (y_hat - neuron.y) * neuron.x).reshape(1, 2)
db = 2 * (y_hat - neuron.y)
loss_after = (neuron.x @ (neuron.W - neuron.lr * dW).T + neuron.b - neuron.y) ** 2

# %% wrong="neuron_step" name="loss before the step"
# says: This is the loss before the step. The question is what it is afterwards.
# next: Predict again, with the new weights and the new bias.
y_hat = neuron.x @ neuron.W.T + neuron.b
dW = (2 * (y_hat - neuron.y) * neuron.x).reshape(1, 2)
db = 2 * (y_hat - neuron.y)
loss_after = (y_hat - neuron.y) ** 2

# %% wrong="neuron_step" name="another student's neuron"
# says: These numbers belong to another ID.
# next: Compute with the neuron that the locked cell made from your own ID.
other = practice.neuron("U1234568X")
y_hat = other.x @ other.W.T + other.b
dW = (2 * (y_hat - other.y) * other.x).reshape(1, 2)
db = 2 * (y_hat - other.y)
loss_after = (other.x @ (other.W - other.lr * dW).T + other.b - other.lr * db - other.y) ** 2

# %% wrong="neuron_step" name="factor 2 in dW only"
# says: The factor 2 of the square stands in dW and is missing in db.
# next: Both gradients begin with the same derivative of the square.
y_hat = neuron.x @ neuron.W.T + neuron.b
error = y_hat - neuron.y
dW = 2 * error[:, None] * neuron.x[None, :]
db = error * 1.0
W = neuron.W - neuron.lr * dW
b = neuron.b - neuron.lr * db
loss_after = (neuron.x @ W.T + b - neuron.y) ** 2

# %% wrong="neuron_step" name="estimate instead of the loss"
# says: You estimate the loss after the step from its slope. That is true for tiny steps only.
# next: Predict again with the new W and b, and take the loss of that.
y_hat = neuron.x @ neuron.W.T + neuron.b
loss = (y_hat - neuron.y) ** 2
db = 2 * (y_hat - neuron.y)
dW = torch.outer(db, neuron.x)
loss_after = loss - neuron.lr * ((dW ** 2).sum() + (db ** 2).sum())

# %% wrong="neuron_step" name="bias sees the moved weights"
# says: Your bias gradient is computed after W has moved. Both belong to the same point.
# next: Compute both gradients first, then take both steps.
x, y, lr = neuron.x, neuron.y, neuron.lr
W = neuron.W.clone()
b = neuron.b.clone()
y_hat = x @ W.T + b
dW = (2 * (y_hat - y) * x).reshape(1, 2)
W = W - lr * dW
db = 2 * (x @ W.T + b - y)
b = b - lr * db
loss_after = (x @ W.T + b - y) ** 2

# %% wrong="neuron_step" name="weight for input"
# says: You multiply the error by the weight. In W x the slope with respect to W is the input.
# next: Use x there.
y_hat = neuron.x @ neuron.W.T + neuron.b
g = 2 * (y_hat - neuron.y)
dW = g * neuron.W
db = g
loss_after = (neuron.x @ (neuron.W - neuron.lr * dW).T + (neuron.b - neuron.lr * db) - neuron.y) ** 2

# %% wrong="neuron_step" name="bias in its own gradient"
# says: You multiply db by the bias. In x W + b the slope with respect to b is 1.
# next: What b is multiplied by is 1, as a weight's factor is its input.
y_hat = neuron.x @ neuron.W.T + neuron.b
dW = (2 * (y_hat - neuron.y) * neuron.x).reshape(1, 2)
db = 2 * (y_hat - neuron.y) * neuron.b
loss_after = (neuron.x @ (neuron.W - neuron.lr * dW).T + neuron.b - neuron.lr * db - neuron.y) ** 2

# %% right="neuron_step" name="autograd"
W, b = neuron.W.clone().requires_grad_(), neuron.b.clone().requires_grad_()
y_hat = neuron.x @ W.T + b
((y_hat - neuron.y) ** 2).sum().backward()
dW, db, y_hat = W.grad, b.grad, y_hat.detach()
with torch.no_grad():
    loss_after = (neuron.x @ (W - neuron.lr * dW).T + (b - neuron.lr * db) - neuron.y) ** 2

# %% right="neuron_step" name="by what a step does to the error"
y_hat = (neuron.W[0] * neuron.x).sum().reshape(1) + neuron.b
error = y_hat - neuron.y
dW, db = 2 * error * neuron.x[None, :], 2 * error
loss_after = (error * (1 - 2 * neuron.lr * (neuron.x @ neuron.x + 1))) ** 2

# %% [markdown]
# ## 5. A line through five points
#
# ### Exercise 5.1: the best line, by a formula
#
# Five points, and no line meets them all. Which line comes closest? (Week 2, section 7.)

# %% given="points"
points = practice.line(student_id)
points

# %% [markdown]
# The model is $\hat y = w x + b$, and the loss is half the mean squared error:
# $L = \frac{1}{2n} \sum_i (\hat y_i - y_i)^2$ with $n = 5$. `points.x` has shape (5, 1), `points.y` (5,).
#
# **Your turn.** Put the bias among the weights, as in week 2, and set
#
# - `design`, shape (5, 2), to `points.x` with a column of ones to its right;
# - `best`, shape (2,), to the weight and the bias that make $L$ as small as possible;
# - `best_loss`, a tensor without dimensions, to the value of $L$ there.
#
# To test yourself: at the best line the gradient of $L$ is 0. Is it, for yours?

# %% solution="best_line"
### BEGIN SOLUTION
design = torch.cat([points.x, torch.ones_like(points.x)], dim=1)
best = torch.linalg.solve(design.T @ design, design.T @ points.y)
best_loss = ((design @ best - points.y) ** 2).mean() / 2
### END SOLUTION

# %% check="best_line" points=2
check.shape(design, (5, 2), dtype=torch.float64)
check.shape(best, (2,), dtype=torch.float64)
check.shape(best_loss, (), dtype=torch.float64)
### BEGIN HIDDEN TESTS
own = practice.line(practice.on_record(student_id))
x = own.x[:, 0]
slope = ((x - x.mean()) * (own.y - own.y.mean())).sum() / ((x - x.mean()) ** 2).sum()
height = own.y.mean() - slope * x.mean()
check.value(design, torch.stack([x, 1 + 0 * x], dim=1))
check.value(best, torch.stack([slope, height]))
check.value(best_loss, 0.5 * (slope * x + height - own.y).square().mean())
### END HIDDEN TESTS

# %% wrong="best_line" name="no bias"
# says: Your line goes through the origin: there is no column of ones, so no bias.
# next: Join a column of ones to x before you solve.
design = torch.cat([points.x, torch.zeros_like(points.x)], dim=1)
best = torch.linalg.lstsq(design[:, :1], points.y[:, None]).solution.flatten().repeat(2) * torch.tensor([1.0, 0.0])
best_loss = ((design @ best - points.y) ** 2).mean() / 2

# %% wrong="best_line" name="ones on the left"
# says: Your column of ones stands on the left, so your first number is the bias. The weight should come first.
# next: Put x first when you join the two.
design = torch.cat([torch.ones_like(points.x), points.x], dim=1)
best = torch.linalg.solve(design.T @ design, design.T @ points.y)
best_loss = ((design @ best - points.y) ** 2).mean() / 2

# %% wrong="best_line" name="half forgotten"
# says: Your loss is twice the right one. Here it is half the mean squared error.
# next: Read the definition of L again.
design = torch.cat([points.x, torch.ones_like(points.x)], dim=1)
best = torch.linalg.solve(design.T @ design, design.T @ points.y)
best_loss = ((design @ best - points.y) ** 2).mean()

# %% wrong="best_line" name="through the first and the last point"
# says: Your line goes through two of the points and ignores the other three.
# next: Use the formula of week 2, in which every point has a say.
design = torch.cat([points.x, torch.ones_like(points.x)], dim=1)
best = torch.linalg.solve(design[[0, 4]], points.y[[0, 4]])
best_loss = ((design @ best - points.y) ** 2).mean() / 2

# %% wrong="best_line" name="another student's points"
# says: These numbers belong to another ID.
# next: Compute with the points that the locked cell made from your own ID.
other = practice.line("U1334567X")
design = torch.cat([other.x, torch.ones_like(other.x)], dim=1)
best = torch.linalg.solve(design.T @ design, design.T @ other.y)
best_loss = ((design @ best - other.y) ** 2).mean() / 2

# %% wrong="best_line" name="a column against a row in the loss"
# says: points.x is a column, (5, 1), and points.y is (5,). Their difference is a 5 by 5 table: every x with every y.
# next: Use design @ best, which is (5,), or points.x[:, 0].
design = torch.cat([points.x, torch.ones_like(points.x)], dim=1)
best = torch.linalg.solve(design.T @ design, design.T @ points.y)
best_loss = ((best[0] * points.x + best[1] - points.y) ** 2).mean() / 2

# %% right="best_line" name="least squares by torch"
design = torch.column_stack([points.x, torch.ones(5, dtype=torch.float64)])
best = torch.linalg.lstsq(design, points.y[:, None]).solution[:, 0]
best_loss = 0.5 * torch.nn.functional.mse_loss(design @ best, points.y)

# %% right="best_line" name="inverse matrix"
design = torch.ones(5, 2, dtype=torch.float64)
design[:, 0] = points.x[:, 0]
best = torch.inverse(design.T @ design) @ design.T @ points.y
best_loss = (design @ best - points.y).square().sum() / 10

# %% [markdown]
# Here are your points with your line. Does it look like the best one? If you slid it up or down, or tilted it, some
# squares would shrink and others grow.

# %%
x = design[:, 0]
plot.lines(
    {"your points": (x, practice.line(student_id).y), "your line": (x, design @ best)},
    xlabel="x", ylabel="y",
    alt="Five points joined by a zigzag, and a straight rising line that runs between them.",
    caption="Your five points and the line that comes closest to them. The zigzag only helps the eye.",
)

# %% [markdown]
# The line misses every point. What it misses by on one side, it misses by on the other: the five errors add up to 0.
# That is the part of the gradient that belongs to the bias, and at the best line it is 0.
#
# ### Exercise 5.2: the same line, downhill
#
# Now forget the formula and walk. (Week 2, sections 4 and 7.)
#
# **Your turn.** Begin with weight and bias at 0. Make `points.steps` steps of gradient descent on $L$, all five points
# in each step, with the learning rate `points.lr`. Set
#
# - `walked`, shape (2,), to the weight and the bias after the last step;
# - `walk_losses` to a list of `points.steps` Python floats: the loss *before* each step.
#
# `design` from exercise 5.1 saves you work. With weight and bias in one tensor `theta`, shape (2,), the gradient of $L$
# is `design.T @ (design @ theta - points.y) / 5`.

# %% solution="walk"
### BEGIN SOLUTION
walked, walk_losses = torch.zeros(2, dtype=torch.float64), []
for _ in range(points.steps):
    walk_losses.append(((design @ walked - points.y) ** 2).mean().item() / 2)
    walked = walked - points.lr * design.T @ (design @ walked - points.y) / 5
### END SOLUTION

# %% check="walk" points=2
own = practice.line(practice.on_record(student_id))
check.shape(walked, (2,), dtype=torch.float64)
check.training(walk_losses, steps=own.steps)
### BEGIN HIDDEN TESTS
at, right_losses = torch.zeros(2, dtype=torch.float64, requires_grad=True), []
for _ in range(own.steps):
    loss = 0.5 * (at[0] * own.x[:, 0] + at[1] - own.y).square().mean()
    right_losses.append(loss.item())
    at = (at - own.lr * torch.autograd.grad(loss, at)[0]).detach().requires_grad_()
check.value(walked, at.detach())
check.value(walk_losses, right_losses, rtol=1e-9)
### END HIDDEN TESTS

# %% wrong="walk" name="mean forgotten in the gradient"
# says: Your steps are five times too long: the loss is a mean, so its gradient is one too.
# next: Divide the gradient by 5.
walked, walk_losses = torch.zeros(2, dtype=torch.float64), []
for _ in range(points.steps):
    walk_losses.append(((design @ walked - points.y) ** 2).mean().item() / 2)
    walked = walked - points.lr * design.T @ (design @ walked - points.y)

# %% wrong="walk" name="gradient of the whole square"
# says: Your steps are twice too long. The half in the loss cancels the 2 of the derivative.
# next: Take the gradient of half the mean squared error.
walked, walk_losses = torch.zeros(2, dtype=torch.float64), []
for _ in range(points.steps):
    walk_losses.append(((design @ walked - points.y) ** 2).mean().item() / 2)
    walked = walked - 2 * points.lr * design.T @ (design @ walked - points.y) / 5

# %% wrong="walk" name="losses after the step"
# says: Your list holds the losses after each step. The loss before each step was asked for.
# next: Append before you step. The first entry is the loss with everything at 0.
walked, walk_losses = torch.zeros(2, dtype=torch.float64), []
for _ in range(points.steps):
    walked = walked - points.lr * design.T @ (design @ walked - points.y) / 5
    walk_losses.append(((design @ walked - points.y) ** 2).mean().item() / 2)

# %% wrong="walk" name="one step too few"
# says: You stopped one step early: your last step has no place in the result.
# next: Step after each loss that you note down, the last one too.
walked, walk_losses = torch.zeros(2, dtype=torch.float64), []
for step in range(points.steps):
    walk_losses.append(((design @ walked - points.y) ** 2).mean().item() / 2)
    if step < points.steps - 1:
        walked = walked - points.lr * design.T @ (design @ walked - points.y) / 5

# %% wrong="walk" name="another student's learning rate"
# says: Your path is not the one that your ID asks for.
# next: Use points.lr and points.steps from the locked cell.
walked, walk_losses = torch.zeros(2, dtype=torch.float64), []
for _ in range(points.steps):
    walk_losses.append(((design @ walked - points.y) ** 2).mean().item() / 2)
    walked = walked - practice.line("U1234667X").lr * design.T @ (design @ walked - points.y) / 5

# %% wrong="walk" name="bias sees the moved weight"
# says: Your bias gradient is computed after w has moved within the same step.
# next: Compute both gradients first, then take both steps.
x, y = design[:, 0], points.y
w = torch.zeros((), dtype=torch.float64)
b = torch.zeros((), dtype=torch.float64)
walk_losses = []
for _ in range(points.steps):
    walk_losses.append(float(((w * x + b - y) ** 2).mean() / 2))
    w = w - points.lr * ((w * x + b - y) * x).mean()
    b = b - points.lr * (w * x + b - y).mean()
walked = torch.stack([w, b])

# %% wrong="walk" name="a column against a row"
# says: points.x is a column, (5, 1), and points.y is (5,). Their difference is a 5 by 5 table: every x with every y.
# next: Use design @ theta, which is (5,), or points.x[:, 0].
w, b, walk_losses = torch.zeros(()).double(), torch.zeros(()).double(), []
for _ in range(points.steps):
    errors = w * points.x + b - points.y
    walk_losses.append((errors**2).mean().item() / 2)
    w, b = w - points.lr * (errors * points.x).mean(), b - points.lr * errors.mean()
walked = torch.stack([w, b])

# %% wrong="walk" name="a column against a row, the bias after the weight"
# says: points.x is a column, (5, 1), and points.y is (5,). Their difference is a 5 by 5 table: every x with every y.
# next: Use design @ theta, which is (5,), or points.x[:, 0]. And take both gradients at the same point.
w, b, walk_losses = torch.zeros(()).double(), torch.zeros(()).double(), []
for _ in range(points.steps):
    walk_losses.append(((w * points.x + b - points.y) ** 2).mean().item() / 2)
    w = w - points.lr * ((w * points.x + b - points.y) * points.x).mean()
    b = b - points.lr * (w * points.x + b - points.y).mean()
walked = torch.stack([w, b])

# %% wrong="walk" name="half forgotten in the losses"
# says: Your path is right, and your losses are twice too large: L is half the mean squared error.
# next: Read the definition of L again.
walked, walk_losses = torch.zeros(2, dtype=torch.float64), []
for _ in range(points.steps):
    walk_losses.append(((design @ walked - points.y) ** 2).mean().item())
    walked = walked - points.lr * design.T @ (design @ walked - points.y) / 5

# %% right="walk" name="autograd"
walked, walk_losses = torch.zeros(2, dtype=torch.float64, requires_grad=True), []
for _ in range(points.steps):
    loss = 0.5 * ((points.x[:, 0] * walked[0] + walked[1] - points.y) ** 2).mean()
    loss.backward()
    walk_losses.append(loss.item())
    with torch.no_grad():
        walked -= points.lr * walked.grad
    walked.grad = None
walked = walked.detach()

# %% right="walk" name="weight and bias apart"
w, b, walk_losses = torch.tensor(0.0).double(), torch.tensor(0.0).double(), []
for _ in range(points.steps):
    error = w * points.x[:, 0] + b - points.y
    walk_losses.append(float(error @ error) / 10)
    w, b = w - points.lr * (error * points.x[:, 0]).mean(), b - points.lr * error.mean()
walked = torch.stack([w, b])

# %% [markdown]
# How far did you get? The solid curve shows the loss before each step. The dashed line is the loss of the best line,
# below which nobody gets. The vertical axis is logarithmic.

# %%
plot.lines(
    {"gradient descent": walk_losses, "best line": [float(best_loss)] * len(walk_losses)},
    xlabel="step", ylabel="loss L", logy=True,
    alt="A curve that falls steeply in the first few steps and then creeps towards a level line.",
    caption="Your walk downhill, and the lowest loss that a line can have on your points.",
)

# %% [markdown]
# Three steps take away most of what there was to gain. Then the curve hardly falls, although the best line is not
# reached: compare `walked` with `best`. Your weight is still too large, and your bias too small. The two make up for
# each other, so the loss is nearly flat along this direction, the gradient is small, and so are the steps.
#
# ## 6. Taking sides
#
# ### Exercise 6.1: scores, classes, margin
#
# A line in the plane and four points with their true classes. (Week 3, sections 1 and 2.)

# %% given="judged"
judged = practice.side(student_id)
judged

# %% [markdown]
# **Your turn.** With $z = w_0 x_0 + w_1 x_1 + b$, set
#
# - `z`, shape (4,), to the scores of the four points;
# - `classes`, shape (4,), to 1 where the score is positive and −1 elsewhere, in int64 as in week 3;
# - `height`, a tensor without dimensions, to the $x_1$ of the point of the boundary that has $x_0 = 2$;
# - `margin`, a tensor without dimensions, to the margin of the line on these points: the smallest $y z$, divided by the
#   length of $w$. It is negative if there is a mistake.

# %% solution="sides"
### BEGIN SOLUTION
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(2 * judged.w[0] + judged.b) / judged.w[1]
margin = (judged.y * z).min() / judged.w.norm()
### END SOLUTION

# %% check="sides" points=2
check.shape(z, (4,), dtype=torch.float64)
check.shape(classes, (4,), dtype=torch.int64)
check.shape(height, (), dtype=torch.float64)
check.shape(margin, (), dtype=torch.float64)
### BEGIN HIDDEN TESTS
own = practice.side(practice.on_record(student_id))
right_z = (own.X * own.w).sum(dim=1) + own.b
check.value(z, right_z)
check.value(classes, right_z.sign().long())
check.value(height, (0.0 - own.b - own.w[0] * 2) / own.w[1])
check.value(margin, torch.amin(right_z * own.y) / (own.w @ own.w).sqrt())
### END HIDDEN TESTS

# %% wrong="sides" name="bias forgotten"
# says: Your scores leave out the bias.
# next: Add b to the product, and to the equation of the line.
z = judged.X @ judged.w
classes = torch.where(z > 0, 1, -1)
height = -2 * judged.w[0] / judged.w[1]
margin = (judged.y * z).min() / judged.w.norm()

# %% wrong="sides" name="size instead of sign"
# says: You take the sizes of the scores, so the point on the wrong side looks like a safe one.
# next: Multiply each score by the true class instead of taking its absolute value.
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(2 * judged.w[0] + judged.b) / judged.w[1]
margin = z.abs().min() / judged.w.norm()

# %% wrong="sides" name="margin not divided"
# says: This is the smallest margin score. Doubling w and b doubles it, although the line stays where it is.
# next: Divide by the length of w.
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(2 * judged.w[0] + judged.b) / judged.w[1]
margin = (judged.y * z).min()

# %% wrong="sides" name="sign of the height"
# says: Your line is mirrored: a sign got lost when you solved for x₁.
# next: Move everything but w₁ x₁ to the other side, where it changes its sign, and divide by w₁.
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = (2 * judged.w[0] + judged.b) / judged.w[1]
margin = (judged.y * z).min() / judged.w.norm()

# %% wrong="sides" name="true classes instead of predicted ones"
# says: You return the true classes. The line's own opinion was asked for, and it is wrong about one point.
# next: Take the sign of the scores.
z = judged.X @ judged.w + judged.b
classes = judged.y.long()
height = -(2 * judged.w[0] + judged.b) / judged.w[1]
margin = (judged.y * z).min() / judged.w.norm()

# %% wrong="sides" name="class changes at 1"
# says: You give class 1 only to scores above 1. That is the edge of the street; the class changes at 0.
# next: Compare the scores with 0.
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 1, 1, -1)
height = -(2 * judged.w[0] + judged.b) / judged.w[1]
margin = (judged.y * z).min() / judged.w.norm()

# %% wrong="sides" name="another student's line"
# says: These numbers belong to another ID.
# next: Compute with the line that the locked cell made from your own ID.
other = practice.side("U1234577X")
z = other.X @ other.w + other.b
classes = torch.where(z > 0, 1, -1)
height = -(2 * other.w[0] + other.b) / other.w[1]
margin = (other.y * z).min() / other.w.norm()

# %% wrong="sides" name="squared length"
# says: You divide by the square of the length of w.
# next: Take the root.
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(judged.w[0] * 2 + judged.b) / judged.w[1]
margin = (judged.y * z).min() / (judged.w @ judged.w)

# %% wrong="sides" name="weights exchanged in the height"
# says: You exchanged the two weights when you solved: this is the x₀ of the point that has x₁ = 2.
# next: Put x₀ = 2 into w₀ x₀ + w₁ x₁ + b = 0, and solve for x₁.
z = judged.X @ judged.w + judged.b
classes = torch.where(z > 0, 1, -1)
height = -(2 * judged.w[1] + judged.b) / judged.w[0]
margin = (judged.y * z).min() / judged.w.norm()

# %% wrong="sides" name="right or wrong in the place of the class"
# says: You take the sign of y z. It says whether the line is right about a point, not which class it gives.
# next: The class depends on the score alone.
z = judged.X @ judged.w + judged.b
classes = torch.where(judged.y * z > 0, 1, -1)
height = -(2 * judged.w[0] + judged.b) / judged.w[1]
margin = (judged.y * z).min() / judged.w.norm()

# %% right="sides" name="point by point"
z = torch.stack([(x * judged.w).sum() + judged.b for x in judged.X])
classes = torch.tensor([1 if score > 0 else -1 for score in z])
height = -judged.b / judged.w[1] - 2 * judged.w[0] / judged.w[1]
margin = min(judged.y * z) / torch.sqrt((judged.w**2).sum())

# %% right="sides" name="unit vector first"
z = torch.einsum("ij,j->i", judged.X, judged.w) + judged.b
classes = 2 * (z > 0).long() - 1
height = torch.linalg.solve(judged.w[1:, None], -(judged.b + judged.w[:1] * 2))[0]
margin = (judged.y * (judged.X @ (judged.w / judged.w.norm()) + judged.b / judged.w.norm())).min()

# %% [markdown]
# Compare with the picture, which shows the boundary between your points. Your `height` is where the line passes at
# $x_0 = 2$; follow it out of the picture if need be.

# %%
line = practice.side(student_id)
plot.boundary(
    lambda X: X @ line.w + line.b, line.X, line.y,
    alt="A rising line. Two points of class 1 lie below it, one of them close to it; a point of class −1 and a point "
    "of class 1, the mistake, lie above it.",
    caption="Your line and your four points. One of them is on the wrong side.",
)

# %% [markdown]
# One point of class 1 lies on the side of class −1. It alone makes the margin negative, however far away the others
# are. Another one of class 1 is only just on its own side. Its score is positive; for `classes` nothing else counts.
#
# ### Exercise 6.2: a perceptron learns
#
# Five points that a line can separate, and nobody gives you the line. (Week 3, section 3.)

# %% given="lesson"
lesson = practice.perceptron(student_id)
lesson

# %% [markdown]
# **Your turn.** Train a perceptron as in week 3: weights and bias start at 0, `lr` is 1, the points come one by one in
# their order, a score of exactly 0 counts as a mistake, and you stop after the first epoch without a mistake. Set
#
# - `perceptron_w`, shape (2,), and `perceptron_b`, without dimensions, to what the training ends with;
# - `mistakes` to the list of the number of mistakes in each epoch. It ends with 0.
#
# It takes at most ten epochs. If yours does not stop, something is wrong with the rule. To test yourself, look at
# `lesson.y * (lesson.X @ perceptron_w + perceptron_b)`: all five must be positive.

# %% solution="perceptron"
### BEGIN SOLUTION
perceptron_w, perceptron_b, mistakes = torch.zeros(2).double(), torch.tensor(0.0).double(), []
while len(mistakes) < 20 and 0 not in mistakes:
    mistakes.append(0)
    for x, t in zip(lesson.X, lesson.y):
        if t * (perceptron_w @ x + perceptron_b) <= 0:
            perceptron_w, perceptron_b = perceptron_w + t * x, perceptron_b + t
            mistakes[-1] += 1
### END SOLUTION

# %% check="perceptron" points=2
check.shape(perceptron_w, (2,), dtype=torch.float64)
check.shape(perceptron_b, (), dtype=torch.float64)
### BEGIN HIDDEN TESTS
own = practice.perceptron(practice.on_record(student_id))
theta, right_mistakes = [0.0, 0.0, 0.0], []
while 0 not in right_mistakes:
    right_mistakes.append(0)
    for point, target in zip(own.X.tolist(), own.y.tolist()):
        if target * (theta[0] * point[0] + theta[1] * point[1] + theta[2]) <= 0:
            theta = [theta[0] + target * point[0], theta[1] + target * point[1], theta[2] + target]
            right_mistakes[-1] += 1
check.value(perceptron_w, torch.tensor(theta[:2], dtype=torch.float64))
check.value(perceptron_b, torch.tensor(theta[2], dtype=torch.float64))
check.value(mistakes, right_mistakes)
### END HIDDEN TESTS

# %% wrong="perceptron" name="one epoch only"
# says: You stopped after the first pass, although it had mistakes in it.
# next: Go through the points again until a whole pass has none.
perceptron_w, perceptron_b, mistakes = torch.zeros(2).double(), torch.tensor(0.0).double(), [0]
for x, t in zip(lesson.X, lesson.y):
    if t * (perceptron_w @ x + perceptron_b) <= 0:
        perceptron_w, perceptron_b = perceptron_w + t * x, perceptron_b + t
        mistakes[-1] += 1

# %% wrong="perceptron" name="a score of 0 is no mistake"
# says: At the start every score is 0 and you do not count that as a mistake, so nothing ever moves.
# next: Use <= instead of <.
perceptron_w, perceptron_b, mistakes = torch.zeros(2).double(), torch.tensor(0.0).double(), []
while len(mistakes) < 20 and 0 not in mistakes:
    mistakes.append(0)
    for x, t in zip(lesson.X, lesson.y):
        if t * (perceptron_w @ x + perceptron_b) < 0:
            perceptron_w, perceptron_b = perceptron_w + t * x, perceptron_b + t
            mistakes[-1] += 1

# %% wrong="perceptron" name="bias never moves"
# says: Your line keeps going through the origin: the bias stays at 0.
# next: Add the class to b whenever you add the class times the point to w.
perceptron_w, perceptron_b, mistakes = torch.zeros(2).double(), torch.tensor(0.0).double(), []
while len(mistakes) < 20 and 0 not in mistakes:
    mistakes.append(0)
    for x, t in zip(lesson.X, lesson.y):
        if t * (perceptron_w @ x + perceptron_b) <= 0:
            perceptron_w = perceptron_w + t * x
            mistakes[-1] += 1

# %% wrong="perceptron" name="all mistakes at once"
# says: You collect the mistakes of a whole pass and move once. The perceptron moves after each single mistake.
# next: Update w and b inside the loop over the points.
perceptron_w, perceptron_b, mistakes = torch.zeros(2).double(), torch.tensor(0.0).double(), []
while len(mistakes) < 20 and 0 not in mistakes:
    bad = lesson.y * (lesson.X @ perceptron_w + perceptron_b) <= 0
    mistakes.append(int(bad.sum()))
    perceptron_w = perceptron_w + (lesson.y[bad, None] * lesson.X[bad]).sum(dim=0)
    perceptron_b = perceptron_b + lesson.y[bad].sum()

# %% wrong="perceptron" name="another student's points"
# says: These numbers belong to another ID.
# next: Train on the points that the locked cell made from your own ID.
other = practice.perceptron("U1230967X")
perceptron_w, perceptron_b, mistakes = torch.zeros(2).double(), torch.tensor(0.0).double(), []
while len(mistakes) < 20 and 0 not in mistakes:
    mistakes.append(0)
    for x, t in zip(other.X, other.y):
        if t * (perceptron_w @ x + perceptron_b) <= 0:
            perceptron_w, perceptron_b = perceptron_w + t * x, perceptron_b + t
            mistakes[-1] += 1

# %% right="perceptron" name="a for loop with a break"
perceptron_w, perceptron_b, mistakes = torch.zeros_like(lesson.X[0]), torch.zeros_like(lesson.y[0]), []
for epoch in range(50):
    count = 0
    for i in range(5):
        if lesson.y[i] * (lesson.X[i] @ perceptron_w + perceptron_b) <= 0:
            perceptron_w = perceptron_w + lesson.y[i] * lesson.X[i]
            perceptron_b = perceptron_b + lesson.y[i]
            count += 1
    mistakes.append(count)
    if count == 0:
        break

# %% right="perceptron" name="bias as a third weight"
X1 = torch.cat([lesson.X, torch.ones(5, 1).double()], dim=1)
theta, mistakes, go_on = torch.zeros(3).double(), [], True
while go_on:
    count = 0
    for x, t in zip(X1, lesson.y):
        miss = (t * (x @ theta) <= 0).double()
        theta = theta + miss * t * x
        count += int(miss)
    mistakes.append(count)
    go_on = count > 0
perceptron_w, perceptron_b = theta[:2], theta[2]

# %% [markdown]
# ### Exercise 6.3: hinge loss, width of the street, and their gradient
#
# The same two wishes as in week 3: few points inside the street, and a wide street. (Week 3, section 4.)

# %% given="street"
street = practice.svm(student_id)
street

# %% [markdown]
# The loss of the support vector machine is
# $L = \frac1n \sum_i \max(0,\ 1 - y_i z_i) + \frac{\lambda}{2} \lVert w \rVert^2$, with $\lambda$ = `street.lam`.
#
# **Your turn.** At the given `w` and `b`, set
#
# - `margin_scores`, shape (5,), to the $y_i z_i$;
# - `svm_loss`, without dimensions, to $L$;
# - `svm_dw`, shape (2,), and `svm_db`, without dimensions, to its gradient.
#
# When you have `margin_scores`, sort your five points with them: which are outside the street, which are in it, which
# are on the wrong side? You will need that again in question 7.1.

# %% solution="street_pull"
### BEGIN SOLUTION
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.clamp(1 - margin_scores, min=0).mean() + street.lam / 2 * (street.w @ street.w)
svm_dw = -street.X.T @ (street.y * (margin_scores < 1)) / 5 + street.lam * street.w
svm_db = -(street.y * (margin_scores < 1)).mean()
### END SOLUTION

# %% check="street_pull" points=3
check.shape(margin_scores, (5,), dtype=torch.float64)
check.shape(svm_loss, (), dtype=torch.float64)
check.shape(svm_dw, (2,), dtype=torch.float64)
check.shape(svm_db, (), dtype=torch.float64)
### BEGIN HIDDEN TESTS
own = practice.svm(practice.on_record(student_id))
right_w, right_b = own.w.clone().requires_grad_(), own.b.clone().requires_grad_()
right_scores = own.y * ((own.X * right_w).sum(dim=1) + right_b)
right_loss = torch.relu(1 - right_scores).sum() / 5 + own.lam * right_w.square().sum() / 2
right_dw, right_db = torch.autograd.grad(right_loss, (right_w, right_b))
check.value(margin_scores, right_scores.detach())
check.value(svm_loss, right_loss.detach())
check.value(svm_dw, right_dw)
check.value(svm_db, right_db)
### END HIDDEN TESTS

# %% wrong="street_pull" name="only mistakes pull"
# says: In your gradient only the points on the wrong side pull. Those inside the street pull too.
# next: Compare the margin scores with 1, not with 0.
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.clamp(1 - margin_scores, min=0).mean() + street.lam / 2 * (street.w @ street.w)
svm_dw = -street.X.T @ (street.y * (margin_scores < 0)) / 5 + street.lam * street.w
svm_db = -(street.y * (margin_scores < 0)).mean()

# %% wrong="street_pull" name="everybody pulls"
# says: In your gradient all points pull. Those outside the street cost nothing, and moving a little changes nothing.
# next: Multiply by the mask of the points whose margin score is below 1.
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.clamp(1 - margin_scores, min=0).mean() + street.lam / 2 * (street.w @ street.w)
svm_dw = -street.X.T @ street.y / 5 + street.lam * street.w
svm_db = -street.y.mean()

# %% wrong="street_pull" name="width forgotten"
# says: Your gradient leaves out the second wish, the wide street.
# next: Add λ w to the gradient of the weights.
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.clamp(1 - margin_scores, min=0).mean() + street.lam / 2 * (street.w @ street.w)
svm_dw = -street.X.T @ (street.y * (margin_scores < 1)) / 5
svm_db = -(street.y * (margin_scores < 1)).mean()

# %% wrong="street_pull" name="bias made small too"
# says: You add λ b to the gradient of the bias. The bias is not part of the width.
# next: Take that term out.
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.clamp(1 - margin_scores, min=0).mean() + street.lam / 2 * (street.w @ street.w)
svm_dw = -street.X.T @ (street.y * (margin_scores < 1)) / 5 + street.lam * street.w
svm_db = -(street.y * (margin_scores < 1)).mean() + street.lam * street.b

# %% wrong="street_pull" name="sum instead of mean"
# says: Your hinge part is five times too large, next to a λ that stayed as it was.
# next: Take the mean over the five points, in the loss and in the gradient.
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.clamp(1 - margin_scores, min=0).sum() + street.lam / 2 * (street.w @ street.w)
svm_dw = -street.X.T @ (street.y * (margin_scores < 1)) + street.lam * street.w
svm_db = -(street.y * (margin_scores < 1)).sum()

# %% wrong="street_pull" name="sign of the pull"
# says: Your hinge part has the wrong sign: where y is 1, a higher score makes the loss smaller.
# next: The slope of 1 − y z with respect to z is −y.
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.clamp(1 - margin_scores, min=0).mean() + street.lam / 2 * (street.w @ street.w)
svm_dw = street.X.T @ (street.y * (margin_scores < 1)) / 5 + street.lam * street.w
svm_db = (street.y * (margin_scores < 1)).mean()

# %% wrong="street_pull" name="half of the half"
# says: Your width term in the loss lacks the factor one half, or your gradient has it: they do not belong together.
# next: The derivative of λ/2 times w² is λ w.
margin_scores = street.y * (street.X @ street.w + street.b)
svm_loss = torch.clamp(1 - margin_scores, min=0).mean() + street.lam * (street.w @ street.w)
svm_dw = -street.X.T @ (street.y * (margin_scores < 1)) / 5 + street.lam * street.w
svm_db = -(street.y * (margin_scores < 1)).mean()

# %% wrong="street_pull" name="another student's street"
# says: These numbers belong to another ID.
# next: Compute with the points that the locked cell made from your own ID.
other = practice.svm("U0234567X")
margin_scores = other.y * (other.X @ other.w + other.b)
svm_loss = torch.clamp(1 - margin_scores, min=0).mean() + other.lam / 2 * (other.w @ other.w)
svm_dw = -other.X.T @ (other.y * (margin_scores < 1)) / 5 + other.lam * other.w
svm_db = -(other.y * (margin_scores < 1)).mean()

# %% wrong="street_pull" name="half of the pull"
# says: The square in the penalty has the derivative 2 w, which takes the half away. Your pull is half as strong.
# next: Add λ w.
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
active = (margin_scores < 1).double()
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * (street.w ** 2).sum()
svm_dw = -((active * y)[:, None] * street.X).mean(dim=0) + street.lam / 2 * street.w
svm_db = -(active * y).mean()

# %% wrong="street_pull" name="mean over the street"
# says: You divide by the number of points in the street. The mean runs over all points.
# next: Divide by n.
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
inside = margin_scores < 1
svm_loss = (1 - margin_scores).clamp(min=0).mean() + street.lam / 2 * street.w.square().sum()
svm_dw = -(y[inside][:, None] * street.X[inside]).mean(dim=0) + street.lam * street.w
svm_db = -y[inside].mean()

# %% wrong="street_pull" name="label missing"
# says: Every point in the street pulls you the same way: the label is missing in dw.
# next: A point pulls to its own side: multiply by y.
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
active = (margin_scores < 1).double()
svm_loss = torch.relu(1 - margin_scores).mean() + 0.5 * street.lam * (street.w ** 2).sum()
svm_dw = -(active[:, None] * street.X).mean(dim=0) + street.lam * street.w
svm_db = -(active * y).mean()

# %% wrong="street_pull" name="length not squared"
# says: Your penalty has the length of w. The square of it was asked for.
# next: Use w @ w.
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
svm_loss = torch.relu(1 - margin_scores).mean() + street.lam / 2 * torch.linalg.norm(street.w)
coeff = torch.where(margin_scores < 1, -y, torch.zeros_like(y)) / len(y)
svm_dw = coeff @ street.X + street.lam * street.w
svm_db = coeff.sum()

# %% wrong="street_pull" name="pull divided by n"
# says: You divide the pull of the penalty by n as well. It does not stand under the mean.
# next: Add λ w after the mean.
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
mask = margin_scores < 1
svm_loss = (1 - margin_scores)[mask].sum() / 5 + street.lam / 2 * (street.w @ street.w)
svm_dw = (-(y[mask] @ street.X[mask]) + street.lam * street.w) / 5
svm_db = -y[mask].sum() / 5

# %% wrong="street_pull" name="cut after the mean"
# says: You cut off at 0 after the mean, so points far outside pay for those inside.
# next: Cut each point off first, then take the mean.
y = street.y.double()
margin_scores = y * (street.X @ street.w + street.b)
zero = torch.zeros((), dtype=torch.float64)
svm_loss = torch.maximum(zero, (1 - margin_scores).mean()) + street.lam / 2 * (street.w ** 2).sum()
active = (margin_scores < 1).double()
svm_dw = -(street.X.T @ (active * y)) / 5 + street.lam * street.w
svm_db = -(active * y).sum() / 5

# %% wrong="street_pull" name="pull as large as the cost"
# says: You weigh each pull by what the point costs. The slope of the hinge is the same for all that cost something.
# next: Differentiate max(0, 1 − y z) with respect to z: below the edge it is −y.
margin_scores = street.y * (street.X @ street.w + street.b)
costs = torch.clamp(1 - margin_scores, min=0)
svm_loss = costs.mean() + street.lam / 2 * (street.w @ street.w)
svm_dw = -street.X.T @ (street.y * costs) / 5 + street.lam * street.w
svm_db = -(street.y * costs).mean()

# %% right="street_pull" name="autograd"
w, b = street.w.clone().requires_grad_(), street.b.clone().requires_grad_()
scores = street.y * (street.X @ w + b)
svm_loss = torch.relu(1 - scores).mean() + street.lam / 2 * w.norm() ** 2
svm_loss.backward()
margin_scores, svm_loss, svm_dw, svm_db = scores.detach(), svm_loss.detach(), w.grad, b.grad

# %% right="street_pull" name="point by point"
margin_scores = torch.stack([t * (x @ street.w + street.b) for x, t in zip(street.X, street.y)])
svm_loss, svm_dw, svm_db = street.lam * (street.w**2).sum() / 2, street.lam * street.w, torch.tensor(0.0).double()
for x, t, m in zip(street.X, street.y, margin_scores):
    if m < 1:
        svm_loss, svm_dw, svm_db = svm_loss + (1 - m) / 5, svm_dw - t * x / 5, svm_db - t / 5

# %% [markdown]
# ### Exercise 6.4: how sure, and how wrong?
#
# Logistic regression with four examples. One of them lies very far out. (Week 3, section 5.)

# %% given="odds"
odds = practice.logistic(student_id)
odds

# %% [markdown]
# The classes are 1 and 0 here. The loss is the mean cross-entropy.
#
# **Your turn.** At the given `w` and `b`, set
#
# - `odds_z`, shape (4,), to the scores, and `probabilities`, shape (4,), to $a = \sigma(z)$;
# - `log_loss`, without dimensions, to the loss. It must be a finite number: compute it from the *scores*, as in week 3;
# - `log_dw`, shape (2,), and `log_db`, without dimensions, to its gradient.
#
# Your loss and your gradient will be dominated by the far example, which the line takes for the wrong class. That is
# what one wrong label far out does to logistic regression.

# %% solution="odds_pull"
### BEGIN SOLUTION
odds_z = odds.X @ odds.w + odds.b
probabilities = 1 / (1 + torch.exp(-odds_z))
log_loss = (odds_z.clamp(min=0) - odds_z * odds.y + torch.log1p(torch.exp(-odds_z.abs()))).mean()
log_dw = odds.X.T @ (probabilities - odds.y) / 4
log_db = (probabilities - odds.y).mean()
### END SOLUTION

# %% check="odds_pull" points=2
check.shape(odds_z, (4,), dtype=torch.float64)
check.shape(probabilities, (4,), dtype=torch.float64)
check.shape(log_loss, (), dtype=torch.float64)
check.shape(log_dw, (2,), dtype=torch.float64)
check.shape(log_db, (), dtype=torch.float64)
### BEGIN HIDDEN TESTS
own = practice.logistic(practice.on_record(student_id))
right_w, right_b = own.w.clone().requires_grad_(), own.b.clone().requires_grad_()
right_z = (own.X * right_w).sum(dim=1) + right_b
right_loss = torch.nn.functional.binary_cross_entropy_with_logits(right_z, own.y)
right_dw, right_db = torch.autograd.grad(right_loss, (right_w, right_b))
check.value(odds_z, right_z.detach())
check.value(probabilities, torch.sigmoid(right_z).detach())
check.value(log_loss, right_loss.detach())
check.value(log_dw, right_dw)
check.value(log_db, right_db)
### END HIDDEN TESTS

# %% wrong="odds_pull" name="loss from the probabilities"
# says: Your loss is infinite: the probability of the far example is exactly 1 in the computer, and you take log(0).
# next: Use the formula of week 3 that starts from the scores.
odds_z = odds.X @ odds.w + odds.b
probabilities = 1 / (1 + torch.exp(-odds_z))
log_loss = -(odds.y * probabilities.log() + (1 - odds.y) * (1 - probabilities).log()).mean()
log_dw = odds.X.T @ (probabilities - odds.y) / 4
log_db = (probabilities - odds.y).mean()

# %% wrong="odds_pull" name="probabilities cut off"
# says: You keep the probabilities away from 1, so the far example costs far too little. The true cost is its score.
# next: Use the formula of week 3 that starts from the scores.
odds_z = odds.X @ odds.w + odds.b
probabilities = 1 / (1 + torch.exp(-odds_z))
log_loss = torch.nn.functional.binary_cross_entropy(probabilities.clamp(1e-12, 1 - 1e-12), odds.y)
log_dw = odds.X.T @ (probabilities - odds.y) / 4
log_db = (probabilities - odds.y).mean()

# %% wrong="odds_pull" name="sum instead of mean"
# says: Your gradient belongs to the sum of the four losses. The loss is their mean.
# next: Divide by 4.
odds_z = odds.X @ odds.w + odds.b
probabilities = 1 / (1 + torch.exp(-odds_z))
log_loss = torch.nn.functional.binary_cross_entropy_with_logits(odds_z, odds.y)
log_dw = odds.X.T @ (probabilities - odds.y)
log_db = (probabilities - odds.y).sum()

# %% wrong="odds_pull" name="truth minus prediction"
# says: Your gradient has the wrong sign.
# next: It is prediction minus truth, a − y.
odds_z = odds.X @ odds.w + odds.b
probabilities = 1 / (1 + torch.exp(-odds_z))
log_loss = torch.nn.functional.binary_cross_entropy_with_logits(odds_z, odds.y)
log_dw = odds.X.T @ (odds.y - probabilities) / 4
log_db = (odds.y - probabilities).mean()

# %% wrong="odds_pull" name="classes -1 and 1"
# says: You changed the classes to −1 and 1 and then subtracted them from probabilities.
# next: Here the classes are 0 and 1; leave them so.
odds_z = odds.X @ odds.w + odds.b
probabilities = 1 / (1 + torch.exp(-odds_z))
log_loss = torch.nn.functional.binary_cross_entropy_with_logits(odds_z, odds.y)
log_dw = odds.X.T @ (probabilities - (2 * odds.y - 1)) / 4
log_db = (probabilities - (2 * odds.y - 1)).mean()

# %% wrong="odds_pull" name="slope of the sigmoid twice"
# says: You multiply by a (1 − a) at the end. It has cancelled already, on the way to a − y.
# next: Leave the factor out.
odds_z = odds.X @ odds.w + odds.b
probabilities = 1 / (1 + torch.exp(-odds_z))
log_loss = torch.nn.functional.binary_cross_entropy_with_logits(odds_z, odds.y)
log_dw = odds.X.T @ ((probabilities - odds.y) * probabilities * (1 - probabilities)) / 4
log_db = ((probabilities - odds.y) * probabilities * (1 - probabilities)).mean()

# %% wrong="odds_pull" name="another student's examples"
# says: These numbers belong to another ID.
# next: Compute with the examples that the locked cell made from your own ID.
other = practice.logistic("U1234597X")
odds_z = other.X @ other.w + other.b
probabilities = 1 / (1 + torch.exp(-odds_z))
log_loss = torch.nn.functional.binary_cross_entropy_with_logits(odds_z, other.y)
log_dw = other.X.T @ (probabilities - other.y) / 4
log_db = (probabilities - other.y).mean()

# %% wrong="odds_pull" name="other labels"
# says: Your formula belongs to labels −1 and 1. With labels 0 and 1 an example of class 0 always costs log 2.
# next: Use the formula for labels 0 and 1, or change the labels first.
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.logaddexp(torch.zeros(4).double(), -y * odds_z).mean()
log_dw = ((probabilities - y)[:, None] * odds.X).mean(dim=0)
log_db = (probabilities - y).mean()

# %% wrong="odds_pull" name="logarithm cut at -100"
# says: The ready-made loss on probabilities cuts every logarithm off at −100. The far example costs more.
# next: Work from the score itself.
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.nn.functional.binary_cross_entropy(probabilities, y)
log_dw = odds.X.T @ (probabilities - y) / len(y)
log_db = (probabilities - y).mean()

# %% wrong="odds_pull" name="decision for probability"
# says: You subtract from the decision, 0 or 1. What stands there is the probability.
# next: Use the sigmoid of the score.
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.nn.functional.binary_cross_entropy_with_logits(odds_z, y)
predicted = (odds_z > 0).double()
log_dw = (predicted - y) @ odds.X / 4
log_db = (predicted - y).mean()

# %% wrong="odds_pull" name="infinite ones dropped"
# says: You leave out the example whose logarithm is infinite. Its cost is finite, nearly the size of its score.
# next: Simplify the formula on paper until nothing overflows.
y = odds.y.double()
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
each = -torch.where(y == 1, torch.log(probabilities), torch.log(1 - probabilities))
log_loss = each[torch.isfinite(each)].mean()
log_dw = odds.X.T @ (probabilities - y) / 4
log_db = (probabilities - y).mean()

# %% wrong="odds_pull" name="scores cut off"
# says: You cut the scores off. Then the far example costs too little and pulls no more.
# next: Leave the scores as they are and use the stable formula.
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

# %% wrong="odds_pull" name="score for probability"
# says: You subtract the labels from the scores, as in linear regression. What stands there is the probability.
# next: Use the sigmoid of the score.
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.nn.functional.binary_cross_entropy_with_logits(odds_z, odds.y)
log_dw = odds.X.T @ (odds_z - odds.y) / 4
log_db = (odds_z - odds.y).mean()

# %% wrong="odds_pull" name="labels left out of the bias"
# says: Your log_db is the mean probability. The labels are missing there.
# next: Both gradients contain the probabilities minus the labels.
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.sigmoid(odds_z)
log_loss = torch.nn.functional.binary_cross_entropy_with_logits(odds_z, odds.y)
log_dw = odds.X.T @ (probabilities - odds.y) / 4
log_db = probabilities.mean()

# %% right="odds_pull" name="autograd"
w, b = odds.w.clone().requires_grad_(), odds.b.clone().requires_grad_()
log_loss = torch.nn.functional.binary_cross_entropy_with_logits(odds.X @ w + b, odds.y)
log_loss.backward()
odds_z, log_loss = (odds.X @ w + b).detach(), log_loss.detach()
probabilities = torch.sigmoid(odds_z)
log_dw, log_db = w.grad, b.grad

# %% right="odds_pull" name="the stable formula in three terms"
odds_z = odds.X @ odds.w + odds.b
probabilities = torch.special.expit(odds_z)
log_loss = (odds_z.clamp(min=0) - odds_z * odds.y + torch.log1p(torch.exp(-odds_z.abs()))).sum() / 4
log_dw = ((probabilities - odds.y)[:, None] * odds.X).mean(dim=0)
log_db = (probabilities - odds.y).mean()

# %% [markdown]
# ## 7. In words
#
# ### Question 7.1: who pulls on your line?
#
# Look at `margin_scores` and at your points in exercise 6.3. Answer in two or three sentences each, with *your*
# numbers. (Week 3, sections 4 and 6.)
#
# 1. Which of your five points pull on the line under the hinge loss, and which do not? Which single point costs most?
# 2. You take one gradient step with a small learning rate. A friend says that the point that costs most is sure to be
#    on the right side afterwards. Is it? What about the other points?
# 3. Under the logistic loss, $\log(1 + e^{-m})$ with the margin score $m$, which of your points would pull that do not
#    pull under the hinge loss, and how strongly? Give a number for one of them.
#
# A person reads your answer, and has your numbers beside it. What counts is what you explain, not how long it is.

# %% [markdown] answer="who_pulls" points=2
# (For the ID U1234567X the margin scores are about 1.9, 0.55, −1.0, 2.1, and 0.25.)
#
# 1. Under the hinge loss the points with a margin score below 1 pull: the second and the fifth, which lie in the
#    street, and the third, which is on the wrong side. The first and the fourth lie outside the street; they cost
#    nothing and do not pull. The third costs most, $1 - (-1.0) = 2.0$.
# 2. No. A small step moves the line a little. The step follows the sum of three pulls and of the wish for a wide
#    street, so the third point's score will probably rise, but not past 0 at once; and a pull of another point may
#    even work against it. A point that was fine may get into the street.
# 3. All five pull under the logistic loss, the first and the fourth too. The pull of a point with margin score $m$ is
#    $\sigma(-m)$: for the first, $\sigma(-1.9) \approx 0.13$, for the fourth about 0.11. The further outside, the
#    softer.
#
# *For the grader: the margin scores of another ID differ, but the pattern is the same for all: the first and the fourth
# point are outside the street, the second and the fifth in it, the third on the wrong side. 1 point for part 1. 1 point
# for parts 2 and 3: a small step need not be enough, and a number $\sigma(-m)$ for a point outside that fits the
# student's own margin scores.*

# %% [markdown]
# ## Before you hand in
#
# - Is `student_id` your own? Is every digit right?
# - Choose "Restart and run all" once more. Every exercise should say that its visible check passes.
# - A visible check looks at the form only. Where could you still test the numbers? A gradient: with autograd. A best
#   line: its gradient is 0. A trained perceptron: it makes no mistake.
#
# Next week one neuron meets a problem that it cannot solve, and gets help from two others.
#
# ## Where to read on
#
# - The notebooks of weeks 1 to 3, above all their summaries.
# - A. Zhang, Z. C. Lipton, M. Li, A. J. Smola, *Dive into Deep Learning*, chapters 2 and 3.
# - T. Hastie, R. Tibshirani, J. Friedman, *The Elements of Statistical Learning*, chapters 2 to 4.
