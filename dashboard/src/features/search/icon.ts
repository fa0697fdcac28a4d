/** A command's icon, in the size that all have. */
import type { IconPlug } from "@tabler/icons-react";
import { createElement } from "react";

export const icon = (shape: typeof IconPlug) => createElement(shape, { size: 18, stroke: 1.5 });
