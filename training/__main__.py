"""`python -m training <recipe> <command>`: train, export and evaluate the shipped models."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from .recipes import cifar10

RECIPES = {"cifar10": cifar10}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("recipe", choices=sorted(RECIPES))
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train, or go on from the last checkpoint")
    train.add_argument("--minutes", type=float, default=120.0, help="stop after this much training time in all")
    train.add_argument("--steps", type=int, default=100_000, help="stop after this many optimiser steps in all")
    train.add_argument("--batch", type=int, default=128)
    train.add_argument("--no-compile", action="store_true", help="run the network eagerly")
    parser.add_argument("--work", type=Path, default=Path(".cache/training"), help="checkpoints, logs, decoded data")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser.parse_args()


def main() -> None:
    options = parse()
    recipe = RECIPES[options.recipe]
    folder = options.work / options.recipe
    recipe.run(folder, options.work, options.device, options.minutes, options.steps, options.batch, not options.no_compile)


main()
