import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { requireEnv } from '../config/env';

const { CACHE_TTL_MS = '60000' } = process.env;

@Injectable()
export class VoiceService {
  private readonly secret = requireEnv('JWT_SECRET');
  private readonly ttl = Number(CACHE_TTL_MS);

  constructor(private readonly configService: ConfigService) {}

  limit(): number {
    return this.configService.get<number>('MAX_CLIP_SECONDS', 30);
  }

  url(): string {
    return this.configService.getOrThrow<string>('API_URL');
  }

  provider(name: string): string | undefined {
    return process.env[`VOICE_${name.toUpperCase()}_URL`];
  }
}
