// The preload of Node programs that `mockstytch run` starts. It leads Stytch's hosts to a local server.
//
// Every connection of Node (http, https, fetch, undici, http2) is opened by this one function, so no proxy is needed.
"use strict";

const net = require("net");
const path = require("path");
const config = JSON.parse(require("fs").readFileSync(path.join(__dirname, "takeover.json"), "utf8"));

const isTaken = (host) => typeof host === "string" && config.hosts.includes(host.toLowerCase().replace(/\.$/, ""));
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...given) {
  // Called with (options, callback), with (port, host, callback), or with an array of options and callback.
  let [options, callback] = Array.isArray(given[0]) ? given[0] : given;
  if (typeof options !== "object" && isTaken(given[1])) {
    [options, callback] = [{ port: options, host: given[1] }, given[2]];
  }
  if (typeof options !== "object" || options === null || options.path || !isTaken(options.host)) {
    return connect.apply(this, given);
  }
  const port = Number(options.port) === 80 ? config.http_port : config.https_port;
  const local = { ...options, host: config.address, port, family: undefined, lookup: undefined };
  return connect.call(this, local, ...(typeof callback === "function" ? [callback] : []));
};
