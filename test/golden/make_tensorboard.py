"""What TensorBoard itself writes: events as bytes in TFRecord frames -> tensorboard.json.

With an argument, the folder of hebb's package (built by npm run build:ts), it also lets hebb write a folder of events and
reads it back through TensorBoard's own reader: every value must be the one that was given.

pip install tensorboard==2.21.0 numpy==2.1.3 pillow
"""

import base64
import glob
import io
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import tensorboard
from tensorboard.backend.event_processing import event_accumulator
from tensorboard.compat.proto import event_pb2, graph_pb2, summary_pb2
from tensorboard.plugins.histogram import summary_v2 as histogram
from tensorboard.plugins.scalar import summary_v2 as scalar
from tensorboard.plugins.text import summary_v2 as text
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util import tensor_util

VALUES = [0.5, -1.25, 3.0, 3.0, 2.75, 0.1, -1.25, 1.0]
PROGRAM = """
import { SummaryWriter, layers, sequential, tensor, callbacks, seed } from 'hebb';
const [folder] = process.argv.slice(-1);
const writer = new SummaryWriter(folder);
for (let step = 0; step < 5; step++) writer.scalar('loss', 1 / (step + 1), step);
writer.histogram('spread', VALUES, 3);
writer.histogram('same', [2, 2, 2], 3);
writer.text('note', 'grüße **bold**', 1);
writer.image('grey', tensor([[0, 0.5], [1, 0.25]]), 2);
writer.image('colour', tensor([[[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], [[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]], { dtype: 'uint8' }), 2);
const net = sequential([layers.dense({ units: 3, inputShape: [2], activation: 'relu' }), layers.dense({ units: 1 })], { name: 'net' });
writer.graph(net);
writer.close();
seed(1);
net.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae'] });
const x = [[0, 0], [0, 1], [1, 0], [1, 1]];
const history = await net.fit(x, [[0], [1], [1], [0]], {
  epochs: 3, batchSize: 2, verbose: 0, validationData: [x, [[0], [1], [1], [0]]],
  callbacks: [callbacks.tensorBoard({ logDir: folder, histogramFreq: 2, updateFreq: 'batch' })],
});
console.log(JSON.stringify({ history: history.history, weights: net.getWeights().map((w) => [...w.dataSync()]) }));
"""


def event(step, value):
    """An event with one value; the wall time is fixed, a reader of the golden file leaves it out."""
    summary = value if isinstance(value, summary_pb2.Summary) else summary_pb2.Summary(value=[value])
    return event_pb2.Event(wall_time=1.5, step=step, summary=summary).SerializeToString(deterministic=True)


def framed(data):
    stream = io.BytesIO()
    RecordWriter(stream).write(data)
    return base64.b64encode(stream.getvalue()).decode()


def make():
    rows = {
        "version": event_pb2.Event(wall_time=1.5, file_version="brain.Event:2").SerializeToString(),
        "scalar": event(7, scalar.scalar_pb("loss", 0.1)),
        "scalar_at_0": event(0, scalar.scalar_pb("loss", 0.0)),
        "text": event(300, text.text_pb("note", "grüße **bold**")),
        "histogram": event(3, histogram.histogram_pb("spread", np.array(VALUES), 5)),
        "histogram_of_one_value": event(3, histogram.histogram_pb("same", np.array([2.0, 2.0, 2.0]), 4)),
        "histogram_of_nothing": event(3, histogram.histogram_pb("empty", np.array([]), 2)),
    }
    golden = {
        "about": "Events that TensorBoard's own code makes, in TFRecord frames, base64; wall time 1.5. The bytes "
        "must be equal but for the time.",
        "versions": {"tensorboard": tensorboard.__version__, "numpy": np.__version__},
        "values": VALUES,
        "records": {name: framed(data) for name, data in rows.items()},
    }
    with open(os.path.join(os.path.dirname(__file__), "tensorboard.json"), "w") as file:
        json.dump(golden, file, indent=1, ensure_ascii=False)
        file.write("\n")


def read(folder):
    accumulator = event_accumulator.EventAccumulator(folder, size_guidance={event_accumulator.TENSORS: 0})
    accumulator.Reload()
    tags = accumulator.Tags()["tensors"]
    return accumulator, {tag: [(e.step, tensor_util.make_ndarray(e.tensor_proto)) for e in accumulator.Tensors(tag)] for tag in tags}


def check_bucket_counts(rows, data):
    edges = np.append(rows[:, 0], rows[-1, 1])
    assert np.array_equal(rows[:, 2], np.histogram(data, edges)[0]), rows


def check(package):
    import PIL.Image

    with tempfile.TemporaryDirectory() as folder:
        program = PROGRAM.replace("'hebb'", json.dumps(os.path.abspath(os.path.join(package, "dist/index.js"))))
        program = program.replace("VALUES", json.dumps(VALUES))
        done = subprocess.run(["node", "--input-type=module", "-e", program, folder], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        accumulator, values = read(folder)
        assert [step for step, _ in values["loss"]] == [0, 1, 2, 3, 4]
        assert [float(v) for _, v in values["loss"]] == [float(np.float32(1 / (s + 1))) for s in range(5)]
        check_bucket_counts(values["spread"][0][1], VALUES)
        assert values["same"][0][1][:, 2].tolist() == [0.0] * 29 + [3.0]
        assert values["note"][0][1].item().decode() == "grüße **bold**"
        width, height, png = values["grey"][0][1]
        assert (width, height) == (b"2", b"2")
        assert np.array_equal(np.array(PIL.Image.open(io.BytesIO(png))), [[0, 128], [255, 64]])
        _, _, first, second = values["colour"][0][1]
        assert np.array_equal(np.array(PIL.Image.open(io.BytesIO(first))), [[[255, 0, 0], [0, 255, 0], [0, 0, 255]]])
        assert np.array_equal(np.array(PIL.Image.open(io.BytesIO(second))), [[[1, 2, 3], [4, 5, 6], [7, 8, 9]]])
        plugins = {tag: accumulator.SummaryMetadata(tag).plugin_data.plugin_name for tag in values}
        assert plugins == dict(loss="scalars", spread="histograms", same="histograms", note="text", grey="images", colour="images"), plugins
        graph = accumulator.Graph()
        assert isinstance(graph, graph_pb2.GraphDef)
        edges = {node.name: list(node.input) for node in graph.node}
        assert edges["net/dense_1/call"] == ["net/dense/call", "net/dense_1/kernel", "net/dense_1/bias"], edges
        assert all(name in edges for inputs in edges.values() for name in inputs)

        _, train = read(os.path.join(folder, "train"))
        _, validation = read(os.path.join(folder, "validation"))
        for run, prefix in ((train, ""), (validation, "val_")):
            for name in ("loss", "mae"):
                recorded = [float(v) for _, v in run[f"epoch_{name}"]]
                assert recorded == [float(np.float32(v)) for v in told["history"][prefix + name]], (prefix, name)
        assert [step for step, _ in train["batch_loss"]] == [1, 2, 3, 4, 5, 6]
        assert [step for step, _ in validation["evaluation_loss_vs_iterations"]] == [2, 4, 6]
        assert [float(v) for _, v in train["epoch_learning_rate"]] == [float(np.float32(0.01))] * 3
        assert [step for step, _ in train["net/dense/kernel/histogram"]] == [0, 2]
        check_bucket_counts(train["net/dense/kernel/histogram"][-1][1], told["weights"][0])
        print("TensorBoard reads back what hebb wrote:", ", ".join([*values, *sorted(train), *sorted(validation)]))


if __name__ == "__main__":
    make()
    if len(sys.argv) > 1:
        check(sys.argv[1])
