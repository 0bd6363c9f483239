import * as Joi from 'joi';

export const validationSchema = Joi.object({
  NODE_ENV: Joi.string().valid('development', 'test', 'production').default('development'),
  PORT: Joi.number().port().default(3000),
  API_URL: Joi.string().uri().required(),
  TOKEN_TTL_SECONDS: Joi.number().integer().min(60).max(86400).default(3600),
  ENABLE_PREVIEW: Joi.boolean().default(false),
});
