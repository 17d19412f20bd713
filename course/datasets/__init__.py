"""Data sets of images: scikit-learn's digits, MNIST and Fashion-MNIST. The way in is ``course.data``."""
