"""Does a hash tell where one part ends and the next begins, and is a plain one what sha256sum prints?"""

from course.runtime.hashing import digest, sha256, sha256_of


def test_are_two_splits_of_the_same_bytes_two_hashes():
    assert len({digest(b"ab", b"c"), digest(b"a", b"bc"), digest(b"abc"), digest(b"abc", b""), digest()}) == 5


def test_has_a_hash_the_value_that_notebooks_ids_are_made_of():
    """Ids of cells in release/ are made of it: another value would be another id."""
    assert digest(b"code", b"import torch")[:12] == "64b5adadf1f3"


def test_is_a_text_hashed_as_its_bytes_are():
    assert digest("é", b"x") == digest("é".encode(), b"x")


def test_is_a_plain_hash_the_one_that_everybody_knows(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256(b"") == sha256_of(tmp_path / "empty") == known
