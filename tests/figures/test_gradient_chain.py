"""Is the way back from the loss drawn, with each gradient's word?"""

import time

from course.figures import gradient_chain, style


def test_is_the_way_back_from_the_loss_drawn(monkeypatch):
    states = {"db2": "right", "dW2": "first wrong", "db1": "wrong", "dW1": "wrong"}
    assert gradient_chain.columns(states) == [["db2", "dW2"], ["db1", "dW1"]]
    assert gradient_chain.columns({"dX": "", "dW": "", "db": ""}) == [["dX", "dW", "db"]]
    assert gradient_chain.columns({"dv": "", "dw": "", "dx": ""}) == [["dv"], ["dw"], ["dx"]]
    shown = []
    monkeypatch.setattr(style, "show", lambda fig, *, alt, caption: shown.append((fig, alt)))
    gradient_chain.draw(states)
    ((fig, alt),) = shown
    words = "db2 right and dW2 first wrong; db1 wrong and dW1 wrong"
    assert alt == f"On the way back from the loss, in this order: {words}."
    at = {text.get_text(): text.get_position()[0] for text in fig.axes[0].texts}
    assert at["loss"] < at["db2"] == at["dW2"] < at["db1"] == at["dW1"]
    said = [text.get_text() for text in fig.axes[0].texts]
    assert [said.count(word) for word in ("✓ right", "✗ first wrong", "✗ wrong")] == [1, 1, 2]
    inked = fig.get_tightbbox()
    assert inked.x0 >= -0.01 and inked.y0 >= -0.01
    assert inked.x1 <= fig.get_figwidth() + 0.01 and inked.y1 <= fig.get_figheight() + 0.01
    started = time.process_time()
    gradient_chain.draw(states)
    assert time.process_time() - started < 1
