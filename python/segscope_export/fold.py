"""Affine nodes (scales, shifts, batch norms) folded away: into the convolution or affine node before them, or to
nothing."""
import torch

FOLDABLE = ("conv2d", "conv_transpose2d", "affine")


def fold(graph):
    """Drops nodes that the output does not depend on, then folds (Jacob et al. 2018, arXiv 1712.05877, section 3.2)."""
    drop_unread(graph)
    for node in [node for node in graph.nodes if node.op == "affine"]:
        source = node.inputs[0]
        if is_identity(node):
            replace(graph, node, source)
        elif source.op in FOLDABLE and graph.users()[source] == [node]:
            absorb(source, node.weights["scale"], node.weights["shift"])
            replace(graph, node, source)
    for node in [node for node in graph.nodes if node.op == "affine" and is_identity(node)]:
        replace(graph, node, node.inputs[0])


def drop_unread(graph):
    read, waiting = {graph.nodes[0]}, [graph.output]
    while waiting:
        node = waiting.pop()
        if node not in read:
            read.add(node)
            waiting += node.inputs
    graph.nodes = [node for node in graph.nodes if node in read]


def is_identity(node):
    scale, shift = (node.weights[key].float() for key in ("scale", "shift"))
    return bool((scale == 1).all() and (shift == 0).all())


def absorb(node, scale, shift):
    """`node` becomes what `node * scale + shift` was; weights double their precision until the file is written."""
    if node.op == "affine":
        node.weights["scale"] = node.weights["scale"] * scale
        node.weights["shift"] = node.weights["shift"] * scale + shift
        return
    node.weights["weight"] = node.weights["weight"].double() * scale[:, None, None, None]
    bias = node.weights.get("bias", torch.zeros(len(scale), dtype=torch.float64)).double() * scale + shift
    if node.fields["bias"] or bias.any():
        node.weights["bias"], node.fields["bias"] = bias, True


def replace(graph, old, new):
    graph.nodes.remove(old)
    for node in graph.nodes:
        node.inputs = [new if source is old else source for source in node.inputs]
    if graph.output is old:
        graph.output = new
