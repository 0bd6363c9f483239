import { z } from 'zod';

const schema = z.object({
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  SAMPLE_RATE: z.coerce.number().int().min(8000).max(48000).default(22050),
  CORS_ORIGINS: z.string().default('').transform((value) => value.split(',')),
});

export const env = schema.parse(process.env);

export function requireEnv(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is missing`);
  }
  return value;
}
