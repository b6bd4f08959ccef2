/** A picture for each kind, for models that have none of their own. */

import {
  ArrowUpRight,
  Binary,
  BookText,
  Box,
  Boxes,
  Brush,
  CircleHelp,
  FileWarning,
  Film,
  Layers,
  type LucideIcon,
  MessageSquareText,
  Puzzle,
  Scan,
  Sparkles,
  Tag,
  Workflow,
} from "lucide-react";

const ICONS: Record<string, LucideIcon> = {
  checkpoint: Boxes,
  diffusion_model: Box,
  lora: Layers,
  vae: Binary,
  text_encoder: BookText,
  clip_vision: Scan,
  embedding: Tag,
  controlnet: Puzzle,
  t2i_adapter: Puzzle,
  ip_adapter: Puzzle,
  upscaler: ArrowUpRight,
  motion_module: Film,
  style_model: Brush,
  hypernetwork: Sparkles,
  llm: MessageSquareText,
  workflow: Workflow,
  invalid: FileWarning,
};

export const kindIcon = (kind: string): LucideIcon => ICONS[kind] ?? CircleHelp;
