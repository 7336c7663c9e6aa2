// Preloaded into a server that listens on all interfaces, so that it listens on the loopback interface only.
const net = require("node:net");
const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function (port, host, ...rest) {
  if (typeof port !== "number" && typeof port !== "string") return listen.call(this, port, host, ...rest);
  const callback = typeof host === "function" ? [host] : rest;
  return listen.call(this, Number(port), "127.0.0.1", ...callback);
};
