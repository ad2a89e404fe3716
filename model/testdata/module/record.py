"""Records what mx.mod.Module of MXNet 1.9.1 does, for TestModuleRecorded and TestMonitorRecorded.

    python record.py > module.json
"""
import json
import logging
import sys

import mxnet as mx
import numpy as np

BATCH, INPUTS = 6, 3
rng = np.random.RandomState(7)


def net():
    with mx.name.NameManager():  # automatic names begin anew
        return named()


def named():
    x = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=4, no_bias=True, name='fc1')  # a bias before BatchNorm has no gradient but noise
    x = mx.sym.BatchNorm(x, fix_gamma=False, name='bn')
    x = mx.sym.Activation(x, act_type='tanh', name='act')
    parts = mx.sym.SliceChannel(x, num_outputs=2, name='sl')
    x = mx.sym.FullyConnected(parts[0] + parts[1], num_hidden=3, name='fc2')
    return mx.sym.SoftmaxOutput(x, name='softmax')


def numbers(shape):
    return rng.uniform(-1, 1, shape).astype('float32')


shapes, _, aux_shapes = net().infer_shape(data=(BATCH, INPUTS))
start = {n: numbers(s) for n, s in zip(net().list_arguments(), shapes) if n not in ('data', 'softmax_label')}
aux = {n: np.abs(numbers(s)) for n, s in zip(net().list_auxiliary_states(), aux_shapes)}
batches = [(numbers((BATCH, INPUTS)), rng.randint(0, 3, BATCH).astype('float32')) for _ in range(4)]


def short(a):
    """Lists numbers with as few digits as tell them apart in float32."""
    return [float(str(np.float32(v))) for v in np.asarray(a).ravel()]


def flat(arrays):
    return {n: short(a.asnumpy() if hasattr(a, 'asnumpy') else a) for n, a in sorted(arrays.items())}


def nd(arrays):
    return {n: mx.nd.array(a) for n, a in arrays.items()}


def module(case):
    mod = mx.mod.Module(net(), context=[mx.cpu(i) for i in range(case.get('devices', 1))], fixed_param_names=case.get('fixed'))
    mod.bind([('data', (BATCH, INPUTS))], [('softmax_label', (BATCH,))], inputs_need_grad=case.get('input_grads', False),
             grad_req=case.get('grad_req', 'write'))
    mod.init_params(arg_params=nd(start), aux_params=nd(aux))
    mod.init_optimizer(case.get('kvstore', 'local'), case['optimizer'], {k: v for k, v in case.get('params', {}).items()})
    return mod


def run(case):
    mod = module(case)
    steps = []
    for i, (x, y) in enumerate(batches):
        b = mx.io.DataBatch([mx.nd.array(x)], [mx.nd.array(y)])
        for _ in range(case.get('passes', 1)):
            mod.forward_backward(b)
        step = {'output': flat({'o': mod.get_outputs()[0]})['o']}
        if case.get('input_grads'):
            step['input_grad'] = flat({'g': mod.get_input_grads()[0]})['g']
        mod.update()
        mx.nd.waitall()
        args, states = mod.get_params()
        step['args'], step['aux'] = flat(args), flat(states)
        steps.append(step)
    return dict(case, steps=steps)


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def monitor(case):
    lines = Lines()
    logging.getLogger().handlers = [lines]
    logging.getLogger().setLevel(logging.INFO)
    mon = mx.mon.Monitor(case['interval'], pattern=case['pattern'], sort=case['sort'], monitor_all=case.get('all', False))
    mod = module({'optimizer': 'sgd', 'params': {'learning_rate': 0.1}, 'devices': case.get('devices', 1)})
    mod.install_monitor(mon)
    for x, y in batches:
        b = mx.io.DataBatch([mx.nd.array(x)], [mx.nd.array(y)])
        mon.tic()
        if case.get('infer'):
            mod.forward(b, is_train=False)
        else:
            mod.forward_backward(b)
            mod.update()
        mx.nd.waitall()
        mon.toc_print()
    return dict(case, lines=[l for l in lines.lines if '_backward_' not in l])  # gomx shows forward only


CASES = [
    {'name': 'sgd', 'optimizer': 'sgd', 'params': {'learning_rate': 0.1}},
    {'name': 'sgd momentum', 'optimizer': 'sgd', 'params': {'learning_rate': 0.1, 'momentum': 0.9, 'wd': 0.01}},
    {'name': 'nag', 'optimizer': 'nag', 'params': {'learning_rate': 0.1, 'momentum': 0.9, 'wd': 0.01}},
    {'name': 'adam', 'optimizer': 'adam', 'params': {'learning_rate': 0.01}},
    {'name': 'rmsprop', 'optimizer': 'rmsprop', 'params': {'learning_rate': 0.01}},
    {'name': 'adagrad', 'optimizer': 'adagrad', 'params': {'learning_rate': 0.1, 'wd': 0.01}},
    {'name': 'clipped and rescaled', 'optimizer': 'sgd', 'params': {'learning_rate': 0.1, 'rescale_grad': 0.5, 'clip_gradient': 0.05}},
    {'name': 'fixed layer', 'optimizer': 'sgd', 'params': {'learning_rate': 0.1, 'momentum': 0.9},
     'fixed': ['fc1_weight', 'bn_gamma', 'bn_beta']},
    {'name': 'fixed bias', 'optimizer': 'adam', 'params': {'learning_rate': 0.01}, 'fixed': ['bn_beta', 'fc2_bias']},
    {'name': 'grad_req add', 'optimizer': 'sgd', 'params': {'learning_rate': 0.1}, 'grad_req': 'add', 'passes': 2},
    {'name': 'input gradients', 'optimizer': 'sgd', 'params': {'learning_rate': 0.1}, 'input_grads': True},
    {'name': 'two devices, local', 'optimizer': 'sgd', 'params': {'learning_rate': 0.1, 'momentum': 0.9}, 'devices': 2, 'kvstore': 'local'},
    {'name': 'three devices, device', 'optimizer': 'adam', 'params': {'learning_rate': 0.01}, 'devices': 3, 'kvstore': 'device', 'input_grads': True},
]

MONITORS = [
    {'name': 'outputs and arrays', 'interval': 2, 'pattern': r'(fc|act|sl|_plus|softmax).*(output\d?|weight|bias|label)$|data|bn_(output|gamma|beta|moving)', 'sort': False},
    {'name': 'sorted', 'interval': 3, 'pattern': '.*weight|.*output$', 'sort': True},
    {'name': 'inputs', 'interval': 4, 'pattern': 'data|fc|softmax|bn_(data|gamma|beta|moving_mean|output)', 'sort': False, 'all': True, 'infer': True},
    {'name': 'two devices', 'interval': 4, 'pattern': '.*weight|fc.*output$', 'sort': False, 'devices': 2, 'infer': True},
]

json.dump({
    'batch': BATCH, 'symbol': json.loads(net().tojson()), 'args': flat(start), 'aux': flat(aux),
    'data': [short(x) for x, _ in batches], 'label': [short(y) for _, y in batches],
    'cases': [run(c) for c in CASES], 'monitors': [monitor(m) for m in MONITORS],
}, sys.stdout, separators=(',', ':'))
print()
