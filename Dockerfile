# One image for the api, the worker and the migration step; the command says which. The program runs compiled, as an unprivileged user.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build \
  && cp -R db/migrations dist/db/migrations \
  && npm prune --omit=dev --ignore-scripts

FROM node:20-bookworm-slim
ENV NODE_ENV=production PERENNIAL_ENV=production
WORKDIR /app
COPY --from=build --chown=node:node /app/node_modules ./node_modules
COPY --from=build --chown=node:node /app/dist ./dist
COPY --from=build --chown=node:node /app/package.json ./
USER node
# Node itself is the main process, so that SIGTERM reaches it and work in flight is finished.
CMD ["node", "--enable-source-maps", "dist/api/server.js"]
