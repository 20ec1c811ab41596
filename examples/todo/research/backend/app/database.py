import os

from sqlalchemy.ext.asyncio import create_async_engine

# The study wants pool_size=20 and max_overflow=40 here.
engine = create_async_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
