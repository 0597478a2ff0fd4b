// Keeps the pages that were read last, for when the server cannot be reached.
"use strict";

// One worker for each reader, below whose path it is, with pages that no other reader's has.
const BASE = new URL(self.registration.scope).pathname.replace(/\/$/, "");
const CACHE = `paperlark-2 ${BASE} ${new URL(location.href).searchParams.get("reader")}`;
const MOST = 60, PATIENCE = 4000;
const KEPT = /^\/(?:$|day\/|days\/|list\/|topics$|static\/)/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const address = new URL(url);
  if (method !== "GET" || address.origin !== location.origin) return;
  if (!KEPT.test(address.pathname.slice(BASE.length)) || address.searchParams.has("token")) return;
  event.respondWith(answer(event.request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  const late = new Promise((_, refuse) => setTimeout(() => refuse(new Error("late")), PATIENCE));
  try {
    const response = await Promise.race([fetch(request), late]);
    if (response.ok && response.type === "basic" && !response.redirected) await keep(cache, request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}

async function keep(cache, request, response) {
  await cache.delete(request);  // so that it becomes the last one
  await cache.put(request, response);
  const all = await cache.keys();
  await Promise.all(all.slice(0, Math.max(0, all.length - MOST)).map((one) => cache.delete(one)));
}
