import { expect, test, vi } from "vitest";

vi.mock("../src/lib/live", () => ({ stream: {} }));
const { whenServed } = await import("../src/lib/served");

test("what could not come while the server was away comes with the page, once it is back", async () => {
  const happened: string[] = [];
  await new Promise<void>((reloaded) => {
    const server = {
      answers: async () => false,
      back: async () => void happened.push("back"),
      reload: () => {
        happened.push("reload");
        reloaded();
      },
    };
    void whenServed(() => Promise.reject(new TypeError("Failed to fetch")), server);
  });
  expect(happened).toEqual(["back", "reload"]);
});

test("what comes is given", async () => {
  expect(await whenServed(async () => "the room")).toBe("the room");
});

test("what a server that answers does not have is missing", async () => {
  const open = () => Promise.reject(new Error("gone"));
  const server = {
    answers: async () => true,
    back: () => Promise.reject(new Error("nobody waits")),
    reload: () => undefined,
  };
  await expect(whenServed(open, server)).rejects.toThrow("gone");
});
