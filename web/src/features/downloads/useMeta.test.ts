import { expect, test } from "vitest";
import { shortOf } from "./useMeta";

test.each([
  ["https://a.example/files/some%20model.safetensors?token=x", "some model.safetensors"],
  ["https://a.example/models/401571?modelVersionId=1", "models/401571"],
  ["https://a.example/", "a.example"],
  ["org/name", "org/name"],
])("%s is called %s", (link, short) => expect(shortOf(link)).toBe(short));
