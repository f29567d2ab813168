"""Makes graphs small without a change to what they compute: half of a tiny file is names, and equal values made again."""

from collections.abc import Iterator
from typing import Any


def merge_equal(graph: Any) -> None:
    """One node for all that do the same with the same values, such as the constants of every layer."""
    kept = {one.name for one in graph.output}
    first: dict[tuple[Any, ...], list[str]] = {}
    renamed: dict[str, str] = {}
    nodes = list(graph.node)
    del graph.node[:]
    for node in nodes:
        rename(node.input, renamed)
        for inner in graphs_of(node):
            rename_inputs(inner, renamed)
        attributes = sorted(attribute.SerializeToString(deterministic=True) for attribute in node.attribute)
        key = (node.op_type, node.domain, *node.input, *attributes)
        repeatable = not any(graphs_of(node)) and not node.op_type.startswith("Random") and not kept & set(node.output)
        if repeatable and key in first:
            renamed.update(zip(node.output, first[key], strict=True))
            continue
        graph.node.append(node)
        if repeatable:
            first[key] = list(node.output)


def shorten(graph: Any) -> None:
    """Numbers in place of the names of inner values; inputs, results and weights keep theirs."""
    kept = {one.name for one in (*graph.input, *graph.output, *graph.initializer)} | {""}
    numbers: dict[str, str] = {}

    def number(names: Any) -> None:
        for name in names:
            if name not in kept:
                numbers.setdefault(name, f"v{len(numbers)}")
        rename(names, numbers)

    def walk(inner: Any) -> None:
        for node in inner.node:
            node.name = ""
            number(node.input)
            number(node.output)
            for deeper in graphs_of(node):
                walk(deeper)
                for result in deeper.output:
                    result.name = numbers.get(result.name, result.name)

    walk(graph)


def graphs_of(node: Any) -> Iterator[Any]:
    return (attribute.g for attribute in node.attribute if attribute.HasField("g"))


def rename_inputs(graph: Any, names: dict[str, str]) -> None:
    for node in graph.node:
        rename(node.input, names)
        for inner in graphs_of(node):
            rename_inputs(inner, names)
    for result in graph.output:
        result.name = names.get(result.name, result.name)


def rename(values: Any, names: dict[str, str]) -> None:
    for n, name in enumerate(values):
        values[n] = names.get(name, name)
