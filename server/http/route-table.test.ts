import { expect, test } from "vitest";
import { type RouteModule, routeTable } from "./route-table";

const named = (name: string): RouteModule => ({ name });
const find = routeTable(
  [
    "/api/sessions",
    "/api/sessions/[id]",
    "/api/sessions/mine",
    "/api/sessions/[id]/heartbeat",
    "/api/[...path]",
    "/api/sessions/[id]/[...rest]",
  ].map((path) => ({
    path,
    module: named(path),
  })),
);

test.each([
  ["/api/sessions", "/api/sessions", {}],
  ["/api/sessions/mine", "/api/sessions/mine", {}],
  ["/api/sessions/42", "/api/sessions/[id]", { id: "42" }],
  ["/api/sessions/42/heartbeat", "/api/sessions/[id]/heartbeat", { id: "42" }],
  ["/api/sessions/mine/heartbeat", "/api/sessions/[id]/heartbeat", { id: "mine" }],
  ["/api/sessions/42/a/b", "/api/sessions/[id]/[...rest]", { id: "42", rest: ["a", "b"] }],
  ["/api/jobs", "/api/[...path]", { path: ["jobs"] }],
])("%s is answered by %s", (path, route, params) => {
  expect(find(path)).toEqual({ module: named(route), params });
});

test.each([
  "/",
  "",
  "/ap",
  "/api",
  "/api/",
  "//api/sessions",
  "/api/sessions/",
  "/api/sessions/%34",
  "/api//sessions",
  "/api/./sessions",
  "/api/../x",
  "/api/sessions/ü",
  "*",
  "http://other/api/sessions",
])("%s is left to Next.js", (path) => {
  expect(find(path)).toBeUndefined();
});
