"""Recipes that make everything under ``assets/`` from package registries."""
