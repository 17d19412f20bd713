"""Are names of files and people safe to write?"""

from course.grading.lms import file_names


def test_is_the_sample_class_nobodys_name():
    assert (
        file_names.slug("Sample Perfect") == "student-sample-perfect"
        and file_names.folder_name("sample-x") == "student-sample-x"
    )
