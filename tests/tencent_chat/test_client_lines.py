"""Lines to Tencent are kept open, one for each thread."""

import http.server
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from caseroom.tencent_chat.client import Client
from caseroom.tencent_chat.user_sig import AdminSig
from sandbox.town import TENCENT_KEY


@pytest.fixture
def switch():
    """A server that keeps lines open, and knows which calls came over which line."""
    came, both = {}, threading.Barrier(2)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            came.setdefault(self.client_address, []).append(self.path)
            if "together" in self.path:
                both.wait(5)
            body = b'{"ActionStatus": "OK", "ErrorCode": 0}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = "hang-up" in self.path

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.came, server.daemon_threads = came, True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_each_thread_keeps_a_line_of_its_own_open(switch):
    client = Client(f"http://127.0.0.1:{switch.server_port}", 1, AdminSig(1, TENCENT_KEY, "administrator"))

    def talk(_):
        for command in ("together", "again", "again"):
            client.call("any", command, {})
        client._line().close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(talk, range(2)))
    assert sorted(map(len, switch.came.values())) == [3, 3]


def test_a_line_that_was_closed_meanwhile_is_opened_again(switch):
    client = Client(f"http://127.0.0.1:{switch.server_port}", 1, AdminSig(1, TENCENT_KEY, "administrator"))
    client.call("any", "hang-up", {})
    time.sleep(0.05)
    client.call("any", "again", {})
    client._line().close()
    assert list(map(len, switch.came.values())) == [1, 1]
