"""A Secret Service with one locked collection, whose prompt is answered or never is.

Called with `answers` or `waits`, and a file to write what was called to.
"""

import sys

from jeepney import DBusAddress, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

ROOT = "/org/freedesktop/secrets"
LOGIN = ROOT + "/collection/login"
PROMPT = ROOT + "/prompt/1"
ITEM = LOGIN + "/1"
SECRET = "org.freedesktop.Secret."

mode, log = sys.argv[1:]
connection = open_dbus_connection(bus="SESSION")
connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.secrets"))
is_locked = True
session = ROOT + "/session/1"


def reply(call, member, arguments):
    """Returns the signature and the values of a response."""
    if member == "OpenSession":
        return "vo", (("s", ""), session)
    if member == "Get" and arguments[1] == "Collections":
        return "v", (("ao", [LOGIN]),)
    if member == "Get" and arguments[1] == "Locked":
        return "v", (("b", is_locked),)
    if member == "Unlock":
        return "aoo", ([], PROMPT)
    if member in ("Prompt", "Dismiss"):
        return "", ()
    if member == "SearchItems":
        names = arguments[0]
        is_mine = names == {"service": "atlascli_login", "username": "access_token"}
        return "ao", ([ITEM] if is_mine and not is_locked else [],)
    if member == "GetSecret":
        return "(oayays)", ((session, b"", b"hunter2", "text/plain"),)
    return None


while True:
    call = connection.receive()
    if call.header.message_type != MessageType.method_call:
        continue
    member = call.header.fields[3]
    with open(log, "a", encoding="utf-8") as file:
        file.write(member + "\n")
    response = reply(call, member, call.body)
    if response is None:
        connection.send(new_error(call, "org.freedesktop.DBus.Error.UnknownMethod"))
        continue
    connection.send(new_method_return(call, *response))
    if member == "Prompt" and mode == "answers":
        is_locked = False
        address = DBusAddress(PROMPT, interface=SECRET + "Prompt")
        done = ("ao", [LOGIN])
        connection.send(new_signal(address, "Completed", "bv", (False, done)))
