from fastapi import APIRouter, FastAPI

app = FastAPI(title="Todo")
tasks = APIRouter(prefix="/api/tasks")
chat = APIRouter(prefix="/api/chat")


@app.get("/health")
def health():
    return {"status": "healthy"}


@tasks.get("")
def list_tasks():
    return []


@chat.post("")
def send(message: dict):
    return {"reply": message}


app.include_router(tasks)
app.include_router(chat)
