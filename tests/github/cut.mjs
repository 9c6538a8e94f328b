// Cuts GitHub's description of its API down to what ecrane calls. Node runs it as
// `node cut.mjs api.github.com.json github.json`.
import { readFileSync, writeFileSync } from "node:fs";

const CALLS = {
  "/user": ["get"],
  "/repos/{owner}/{repo}/issues/{issue_number}/comments": ["get", "post"],
  "/repos/{owner}/{repo}/issues/comments/{comment_id}": ["patch"],
  "/repos/{owner}/{repo}/check-runs": ["post"],
  "/repos/{owner}/{repo}/check-runs/{check_run_id}": ["patch"],
  "/repos/{owner}/{repo}/pulls/{pull_number}": ["get"],
};

const [from, to] = process.argv.slice(2);
const whole = JSON.parse(readFileSync(from, "utf8"));
const { openapi, info, servers } = whole;
const cut = { openapi, info, servers, paths: {}, components: {} };
for (const [path, methods] of Object.entries(CALLS)) {
  cut.paths[path] = {};
  for (const method of methods) cut.paths[path][method] = whole.paths[path][method];
}
take(cut.paths);
writeFileSync(to, JSON.stringify(cut));

/** Takes along what is referred to, and what that refers to. */
function take(value) {
  if (value === null || typeof value !== "object") return;
  if (typeof value.$ref === "string") {
    const [, , kind, name] = value.$ref.split("/");
    const known = (cut.components[kind] ??= {});
    if (!(name in known)) {
      known[name] = whole.components[kind][name];
      take(known[name]);
    }
  }
  Object.values(value).forEach(take);
}
