// Keeps the app's shell on this device, so that it opens without a network. One build is kept as a
// whole or not at all, and takes over from another only when a person says so. Nothing else is kept:
// no message, no answer of the server.
"use strict";

// `cargo xtask` writes here what the build is made of: {"version": …, "files": {path: integrity}}.
// Without it (a development build) everything comes from the network.
const SHELL = null;

const scope = self.registration.scope;
// Builds of another app of the same origin have other names.
const family = `weft ${scope} `;
const shell = family + SHELL?.version;

// The app's addresses, as index.html knows them; "" is the page itself.
const PLACE = /^(?:(?:t|join)\/[^/]*|sign-in|settings|index\.html)?\/?$/;
const CONFIG = "config.json";
const CONFIG_PATIENCE = 2000;

self.addEventListener("install", (event) => {
  if (SHELL) event.waitUntil(keep());
  else self.skipWaiting();
});

self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

if (SHELL) {
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const { href, pathname } = new URL(request.url);
    if (request.method !== "GET" || !href.startsWith(scope)) return;
    const path = pathname.slice(new URL(scope).pathname.length);
    if (request.mode === "navigate") {
      if (!PLACE.test(path)) return;
      event.respondWith(kept("", request));
      event.waitUntil(refresh());
    } else if (path === CONFIG) {
      event.respondWith(config(request));
    } else if (path in SHELL.files) {
      event.respondWith(kept(path, request));
    }
  });
}

// Fails where the content is not that of this build.
const asBuilt = (path) => new Request(scope + path, { integrity: SHELL.files[path], cache: "no-cache" });

async function keep() {
  const cache = await caches.open(shell);
  await cache.addAll(Object.keys(SHELL.files).map(asBuilt));
  // The host's to change at any time, hence no part of the build; an app without it has its defaults.
  await config(new Request(scope + CONFIG, { cache: "no-cache" })).catch(() => {});
}

// The page's headers are the host's to change: its policy names the backend that config.json names.
async function refresh() {
  // A page alone would be no whole build.
  if (!(await found(""))) return;
  const cache = await caches.open(shell);
  await cache.add(asBuilt("")).catch(() => {});
}

async function forgetOthers() {
  const names = await caches.keys();
  const others = names.filter((name) => name.startsWith(family) && name !== shell);
  await Promise.all(others.map((name) => caches.delete(name)));
}

// A device that has lost it, or cannot read it, asks the network.
const found = (path) => caches.match(scope + path, { cacheName: shell, ignoreVary: true }).catch(() => undefined);

async function kept(path, request) {
  return (await found(path)) ?? fetch(request);
}

// As the network says; what it said last where it says nothing for a while.
async function config(request) {
  const asked = fetch(request).then(async (answer) => {
    if (answer.ok) await keepConfig(answer.clone()).catch(() => {});
    return answer;
  });
  const late = new Promise((_, reject) => setTimeout(reject, CONFIG_PATIENCE, new Error("late")));
  try {
    return await Promise.race([asked, late]);
  } catch {
    return (await found(CONFIG)) ?? asked;
  }
}

async function keepConfig(answer) {
  const cache = await caches.open(shell);
  await cache.put(scope + CONFIG, answer);
}

// A push is a hint: what is true comes by the socket. It is shown whatever it lacks, since a browser takes
// the permission from an app that is pushed to and shows nothing.
self.addEventListener("push", (event) => event.waitUntil(pushed(event.data)));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data));
});

async function pushed(data) {
  const said = read(data);
  if (typeof said.close === "string") {
    const shown = await self.registration.getNotifications({ tag: said.close });
    return shown.forEach((notification) => notification.close());
  }
  const { title, body, lang, tag, navigate } = said.notification ?? {};
  const icon = `${scope}icons/weft-192.png`;
  // What is marked as English are the server's own words, and says no more than these.
  const text = (lang !== "en" && words(body)) || newMessage();
  const options = { body: text, tag: words(tag), icon, data: words(navigate) };
  await self.registration.showNotification(words(title) ?? "Weft", options);
}

// The worker knows the browser's language, and not which one was chosen in the app.
const newMessage = () => (/^de\b/.test(navigator.language) ? "Neue Nachricht" : "New message");

const words = (value) => (typeof value === "string" && value ? value : undefined);

function read(data) {
  try {
    return data.json() ?? {};
  } catch {
    return {};
  }
}

// Goes to the tab that is there already, else opens one; never to a place that is not of this app.
async function show(address) {
  const wanted = URL.canParse(address ?? "", scope) ? new URL(address ?? "", scope).href : scope;
  const place = wanted.startsWith(scope) ? wanted : scope;
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = tabs.find((tab) => new URL(tab.url).pathname === new URL(place).pathname);
  await (there ? there.focus() : self.clients.openWindow(place));
}
