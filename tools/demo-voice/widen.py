# SPDX-License-Identifier: Apache-2.0
"""A decoder with a wider wave part that goes on from where a narrow one is."""
import torch
import torch.nn as nn

from official import build_decoder


@torch.no_grad()
def widen(state, width):
    """The checkpoint of a decoder with another decoder_dim that makes the same sound: the channels that its wave part
    gains are heard by nobody yet."""
    config = dict(state["config"], decoder_dim=width)
    wide = build_decoder(config)
    for name, module in wide.decoder.named_modules():
        for part, tensor in module.named_parameters(recurse=False):
            old = state["decoder"][f"decoder.{name}.{part}"]
            if tensor.dim() == 3:
                outputs, inputs = (1, 0) if isinstance(module, nn.ConvTranspose1d) else (0, 1)
                tensor.narrow(outputs, 0, old.shape[outputs]).zero_()
                new = tensor.narrow(outputs, 0, old.shape[outputs]).narrow(inputs, 0, old.shape[inputs])
            else:
                new = tensor.zero_()[:len(old)]
            new.copy_(old)
    front_part = {name: tensor for name, tensor in state["decoder"].items() if not name.startswith("decoder.")}
    return {"config": config, "decoder": {**wide.state_dict(), **front_part}}
