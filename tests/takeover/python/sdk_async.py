"""The official SDK, its asynchronous calls, which use aiohttp."""

import asyncio
import os

import stytch


async def main() -> None:
    async with stytch.B2BClient(os.environ["STYTCH_PROJECT_ID"], os.environ["STYTCH_SECRET"]) as client:
        acme = (await client.organizations.create_async("Acme", organization_slug="acme")).organization
        print((await client.organizations.get_async(acme.organization_id)).organization.organization_name)


asyncio.run(main())
