"""Rank papers without a language model: papers, criteria and examples in, one match each out.

tokens -> embedding -> criteria_features, knn, logistic -> reader_model -> embedded.
"""
