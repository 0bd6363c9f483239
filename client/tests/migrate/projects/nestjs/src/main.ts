import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  if (process.env.ENABLE_PREVIEW === 'true') {
    app.enableShutdownHooks();
  }
  await app.listen(parseInt(process.env.PORT ?? '3000', 10));
}
void bootstrap();
