import { expect, test } from "vitest";
import { parseMailFrom, parseSmtpUrl } from "./mail-settings";

test.each([
  [
    "smtp://mail.example.com",
    { host: "mail.example.com", port: 587, isEncrypted: false, isUnverified: false, login: null },
  ],
  ["smtps://mail.example.com/", { port: 465, isEncrypted: true }],
  ["smtp://[::1]:25?tls=unverified", { host: "::1", port: 25, isUnverified: true }],
  ["smtps://ada%40example.com:p%2F%40%25@mail", { login: { user: "ada@example.com", password: "p/@%" } }],
  [
    "smtp://ada@example.com:word@mail:2525",
    { host: "mail", port: 2525, login: { user: "ada@example.com", password: "word" } },
  ],
])("%s is a mail server", (text, server) => {
  expect(parseSmtpUrl(text)).toMatchObject({ value: server });
});

test.each([
  "mail.example.com",
  "http://mail.example.com",
  "smtp://",
  "smtp://mail:0",
  "smtp://mail:99999",
  "smtp://hunter2@mail",
  "smtp://:hunter2@mail",
  "smtp://user:hun/ter2@mail",
  "smtp://user:1/hunter2@mail",
  "smtp://user:hun#ter2@mail",
  "smtp://user:hunter2%@mail",
  "smtp://user:hunter2%00@mail",
  "smtp://mail/hunter2",
  "smtp://mail?tls=hunter2",
])("%s is none, and nothing of it is repeated", (text) => {
  expect(parseSmtpUrl(text)).toEqual({ problem: expect.not.stringMatching(/hun|ter2/) });
});

test.each([
  ["latchkey@example.com", { name: "", address: "latchkey@example.com" }],
  ["Latchkey <latchkey@example.com>", { name: "Latchkey", address: "latchkey@example.com" }],
  ['"Robots, Inc." <a@b>', { name: "Robots, Inc.", address: "a@b" }],
])("%s is a sender", (text, sender) => {
  expect(parseMailFrom(text)).toEqual({ value: sender });
});

test.each(["latchkey", "a@b, c@d", "<a@b", "Latch\nkey <a@b>", "x <a@b> y", "a@b\r\nBcc: c@d"])(
  "%j is none",
  (text) => {
    expect(parseMailFrom(text)).toHaveProperty("problem");
  },
);
