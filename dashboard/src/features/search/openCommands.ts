/** Opens the command palette; loads it the first time. */
export async function openCommands(): Promise<void> {
  const [{ openSpotlight }] = await Promise.all([
    import("@mantine/spotlight"),
    import("./Commands"),
  ]);
  // The palette listens once it is on the page.
  setTimeout(openSpotlight, 0);
}
