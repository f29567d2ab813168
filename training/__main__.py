"""`python -m training <recipe> <command>`: train, export, evaluate and describe the models in `models/`."""

from __future__ import annotations

import argparse
import inspect
from pathlib import Path
from types import ModuleType

import torch

from .data.emoji import SPLITS
from .recipes import cifar10, emoji, emoji_clip, emoji_edit, emoji_motion, emoji_vae, perceptual
from .trainer import Settings

RECIPES = {
    "cifar10": cifar10,
    "emoji-vae": emoji_vae,
    "emoji": emoji,
    "emoji-edit": emoji_edit,
    "emoji-motion": emoji_motion,
    "emoji-clip": emoji_clip,
    "perceptual": perceptual,
}


def shared_options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--work", type=Path, default=Path(".cache/training"), help="checkpoints, logs, decoded data")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads, 0 for all")
    return parser


def add_commands(recipe: str, module: ModuleType, parser: argparse.ArgumentParser) -> None:
    """A recipe has the commands that its package exports, and guidance where it exports a default for it."""
    shared = shared_options()
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", parents=[shared], help="train, or go on from the last checkpoint")
    train.add_argument("--minutes", type=float, default=120.0, help="stop after this much training time in all")
    train.add_argument("--steps", type=int, default=100_000, help="stop after this many optimiser steps in all")
    train.add_argument("--cooldown", type=int, default=0, help="let the learning rate fall to 0 over the last steps")
    train.add_argument("--cooldown-minutes", type=float, default=0.0, help="the same by the clock, before --minutes")
    train.add_argument("--batch", type=int, default=128)
    train.add_argument("--no-compile", action="store_true", help="run the network eagerly")
    if hasattr(module, "restore"):
        restore = commands.add_parser("restore", parents=[shared], help="make checkpoints of an exported model, to train on from")
        restore.add_argument("--source", type=Path, default=Path("models") / recipe, help="the model's folder")
    if hasattr(module, "cases"):
        cases = commands.add_parser("cases", parents=[shared], help="write prompts and true pictures for `fastflow bench --quality`")
        cases.add_argument("--out", type=Path, required=True, help="folder for the pictures and cases.jsonl")
        cases.add_argument("--samples", type=int, default=256, help="number of cases")
        split = "emoji that the models were trained on, or (default) those of labels held out of all training"
        cases.add_argument("--split", choices=SPLITS, default="test", help=split)
    if hasattr(module, "measure"):
        measure = commands.add_parser("measure", parents=[shared], help="write to metrics.json how the exported file does")
        measure.add_argument("--out", type=Path, default=Path("models") / recipe)
    helps = {
        "export": "write the ONNX model and its folder",
        "evaluate": "write metrics.json and samples.png",
        "card": "write the model card from metrics.json",
    }
    for name, text in helps.items():
        if not hasattr(module, name):
            continue
        command = commands.add_parser(name, parents=[shared], help=text)
        command.add_argument("--out", type=Path, default=Path("models") / recipe)
        if name == "card":
            continue
        command.add_argument("--checkpoint", type=Path, help="default: the recipe's last one under --work")
        if hasattr(module, "GUIDANCE"):
            scale = {"type": float, "default": module.GUIDANCE}
            command.add_argument("--guidance", **scale, help="classifier-free guidance scale")
        if name == "evaluate":
            command.add_argument("--samples", type=int, default=2048, help="samples for the figures")
            command.add_argument("--batch", type=int, default=64)
            if "compiled" in inspect.signature(module.evaluate).parameters:
                command.add_argument("--no-compile", action="store_true", help="run the network eagerly")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    recipes = parser.add_subparsers(dest="recipe", required=True)
    for name, module in RECIPES.items():
        add_commands(name, module, recipes.add_parser(name, help=module.__doc__))
    return parser.parse_args()


def main() -> None:
    options = parse()
    recipe = RECIPES[options.recipe]
    if options.threads > 0:
        torch.set_num_threads(options.threads)
    if options.command == "train":
        compiled = not options.no_compile
        cooldown = {"cooldown": options.cooldown, "cooldown_minutes": options.cooldown_minutes}
        settings = Settings(options.steps, options.minutes, **cooldown, compile=compiled)
        recipe.train(options.work, options.device, options.batch, settings)
        return
    if options.command == "card":
        recipe.card(options.out)
        return
    if options.command == "cases":
        recipe.cases(options.out, options.samples, options.split)
        return
    if options.command == "measure":
        recipe.measure(options.work, options.out)
        return
    if options.command == "restore":
        recipe.restore(options.work, options.source)
        return
    checkpoint = options.checkpoint or options.work / options.recipe / "checkpoint.pt"
    guidance = [options.guidance] if hasattr(options, "guidance") else []
    if options.command == "export":
        recipe.export(options.work, checkpoint, options.out, *guidance)
    else:
        compiled = [not options.no_compile] if hasattr(options, "no_compile") else []
        sampling = (options.samples, *guidance, options.batch, *compiled)
        recipe.evaluate(options.work, checkpoint, options.out, options.device, *sampling)


if __name__ == "__main__":
    main()
