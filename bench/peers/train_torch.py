"""PyTorch on the CPU. Variants: torch-eager (nn modules, autograd, fused SGD, batches gathered by index)."""

import peer

chosen = peer.options()

import torch
import torch.nn as nn

torch.set_num_threads(chosen.threads)
torch.manual_seed(1)
x, y = (torch.from_numpy(a) for a in peer.rows(chosen.work))
criterion = nn.CrossEntropyLoss()


def prepare(case):
    layers = [nn.Linear(i, o) for i, o in zip(peer.SIZES, peer.SIZES[1:])]
    with torch.no_grad():
        first = peer.start(chosen.work)
        for layer, kernel, bias in zip(layers, first[::2], first[1::2]):
            layer.weight.copy_(torch.from_numpy(kernel.T.copy()))
            layer.bias.copy_(torch.from_numpy(bias))
    model = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
    optimizer = torch.optim.SGD(model.parameters(), lr=peer.RATE, fused=True)
    batch = int(case.split(" ")[1])

    def epoch():
        for index in torch.randperm(len(x)).split(batch):
            optimizer.zero_grad(set_to_none=True)
            criterion(model(x[index]), y[index]).backward()
            optimizer.step()

    def weights():
        return [w for layer in layers for w in (layer.weight.detach().numpy().T, layer.bias.detach().numpy())]

    return peer.by_epochs(chosen, len(x), epoch, weights)


peer.serve(torch.__version__, prepare)
