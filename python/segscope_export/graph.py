"""The network as the model file has it: nodes in order, each with its operation's fields, as src/graph/json.rs reads
them."""
import json

# Of each operation the suffixes of its weights, in the format's order.
SUFFIXES = ["weight", "bias", "scale", "shift"]


class Node:
    """One operation and its value, a map `[n, channels, height, width]`; height and width are `sizes.Size`."""

    def __init__(self, name, op, inputs, channels, height, width, weights, fields):
        self.name, self.op, self.inputs, self.fields = name, op, list(inputs), fields
        self.channels, self.height, self.width = channels, height, width
        self.weights = weights
        """By suffix a tensor; of any float type until the file is written."""
        self.weight_names = {}
        """By suffix the state-dict name, where the weight has one."""


class Graph:
    def __init__(self):
        self.nodes, self.names = [], set()
        self.output = None

    def add(self, stem, op, inputs, channels, height, width, weights=None, fields=None):
        node = Node(unique(stem, self.names), op, inputs, channels, height, width, dict(weights or {}), fields or {})
        self.nodes.append(node)
        return node

    def users(self):
        """By node, the nodes that read it."""
        users = {node: [] for node in self.nodes}
        for node in self.nodes:
            for source in node.inputs:
                users[source].append(node)
        return users

    def tensors(self):
        """Weights by name, f32, and for each node its weights' names. No two nodes share a weight: readers refuse
        that."""
        taken, tensors, names = set(), {}, {}
        for node in self.nodes:
            names[node] = []
            for suffix in sorted(node.weights, key=SUFFIXES.index):
                name = unique(node.weight_names.get(suffix, f"{node.name}.{suffix}"), taken)
                # What a quantised kernel is accompanied by.
                taken |= {f"{name}.scale", f"{name}.int4"} if node.weights[suffix].dim() == 4 else set()
                tensors[name] = node.weights[suffix].detach().float().contiguous().clone()
                names[node].append(name)
        return tensors, names

    def to_json(self, weight_names):
        nodes = []
        for node in self.nodes:
            entry = {"name": node.name, "op": node.op}
            if node.inputs:
                entry["inputs"] = [source.name for source in node.inputs]
            if weight_names[node]:
                entry["weights"] = weight_names[node]
            nodes.append({**entry, **node.fields})
        return json.dumps({"nodes": nodes, "output": self.output.name}, separators=(",", ":"))


def unique(stem, taken):
    """`stem`, or `stem_1` and so on where that is taken; taken from then on."""
    name, count = stem, 0
    while name in taken:
        count += 1
        name = f"{stem}_{count}"
    taken.add(name)
    return name
