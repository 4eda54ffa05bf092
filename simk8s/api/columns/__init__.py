"""The columns of each kind (KCTL-1 to KCTL-11), in the module of their noun."""

from __future__ import annotations

from simk8s.api.column import Printer
from simk8s.api.columns import configuration, node, pod, service, storage, workload

PRINTERS: dict[str, Printer] = {
    **pod.PRINTERS,
    **workload.PRINTERS,
    **service.PRINTERS,
    **storage.PRINTERS,
    **node.PRINTERS,
    **configuration.PRINTERS,
}
