"""desktop.py LOG: a session manager and a notification service, as far as the program needs them

Writes a line of JSON for each call to LOG, the first when it is ready.

SPDX-License-Identifier: Apache-2.0
"""
import json
import sys

from gi.repository import Gio, GLib

SESSION = '''<node>
  <interface name="org.gnome.SessionManager">
    <method name="RegisterClient"><arg type="s" direction="in"/><arg type="s" direction="in"/>
      <arg type="o" direction="out"/></method>
    <method name="UnregisterClient"><arg type="o" direction="in"/></method>
    <method name="Inhibit"><arg type="s" direction="in"/><arg type="u" direction="in"/>
      <arg type="s" direction="in"/><arg type="u" direction="in"/>
      <arg type="u" direction="out"/></method>
    <method name="Uninhibit"><arg type="u" direction="in"/></method>
  </interface>
</node>'''
NOTIFICATIONS = '''<node>
  <interface name="org.freedesktop.Notifications">
    <method name="GetCapabilities"><arg type="as" direction="out"/></method>
    <method name="GetServerInformation"><arg type="s" direction="out"/>
      <arg type="s" direction="out"/><arg type="s" direction="out"/>
      <arg type="s" direction="out"/></method>
    <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/>
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
      <arg type="as" direction="in"/><arg type="a{sv}" direction="in"/>
      <arg type="i" direction="in"/><arg type="u" direction="out"/></method>
    <method name="CloseNotification"><arg type="u" direction="in"/></method>
  </interface>
</node>'''
SERVICES = (('org.gnome.SessionManager', '/org/gnome/SessionManager', SESSION),
            ('org.freedesktop.Notifications', '/org/freedesktop/Notifications', NOTIFICATIONS))
ANSWERS = {
    'RegisterClient': ('(o)', ('/org/gnome/SessionManager/Client1',)),
    'Inhibit': ('(u)', (7,)),
    'Notify': ('(u)', (3,)),
    'GetCapabilities': ('(as)', (['actions', 'body'],)),
    'GetServerInformation': ('(ssss)', ('test', 'test', '1', '1.2')),
}


def main(path):
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    log = open(path, 'w', encoding='utf-8')

    def write(method, arguments):
        log.write(json.dumps([method, arguments]) + '\n')
        log.flush()

    def on_call(_bus, _sender, _path, _interface, method, parameters, invocation):
        write(method, parameters.unpack())
        answer = ANSWERS.get(method)
        invocation.return_value(GLib.Variant(*answer) if answer else None)

    for name, object_path, xml in SERVICES:
        for interface in Gio.DBusNodeInfo.new_for_xml(xml).interfaces:
            bus.register_object(object_path, interface, on_call, None, None)
        Gio.bus_own_name_on_connection(bus, name, Gio.BusNameOwnerFlags.NONE, None, None)
    # The bus answers in order: whoever reads this finds the names owned.
    for name, _, _ in SERVICES:
        bus.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',
                      'GetNameOwner', GLib.Variant('(s)', (name,)), None,
                      Gio.DBusCallFlags.NONE, -1, None)
    write('ready', [])
    GLib.MainLoop().run()


main(sys.argv[1])
