"""What is imported while others already work. A thread that meets an import of another thread may be handed a half-made
module rather than wait for ever, so heavy imports beside the event loop take turns."""

import threading

ONE_AT_A_TIME = threading.Lock()
