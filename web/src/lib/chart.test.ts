import { expect, test } from "vitest";
import { coloursOf } from "./chart";

test("kinds that are shown together have colours of their own as long as there are enough", () => {
  const kinds = ["checkpoint", "lora", "ip_adapter", "text_encoder", "diffusion_model", "upscaler", "embedding"];
  const colours = coloursOf([...kinds, "workflow"]);
  expect(new Set(colours.values()).size).toBe(8);
});

test("a kind with a colour of its own keeps it beside any other", () => {
  expect(coloursOf(["workflow", "lora"]).get("lora")).toBe(coloursOf(["lora"]).get("lora"));
});
