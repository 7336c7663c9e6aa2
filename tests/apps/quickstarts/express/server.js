import { createApp } from "./app.js";

createApp(process.env).listen(Number(process.env.PORT), "127.0.0.1");
