// Preloaded into a server that would listen on every interface: here it gets the loopback one.
const net = require("node:net");
const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function (port, host, ...rest) {
  if (typeof port !== "number" && typeof port !== "string") return listen.call(this, port, host, ...rest);
  const callback = typeof host === "function" ? [host] : rest;
  return listen.call(this, Number(port), "127.0.0.1", ...callback);
};
