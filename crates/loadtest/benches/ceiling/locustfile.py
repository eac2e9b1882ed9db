"""Shoppers of Locust that never think, with its faster client: a cookie each, and a look at each page for what can be bought."""

import os

from locust import FastHttpUser, constant, task

PATH = os.environ["CEILING_PATH"]


class Shopper(FastHttpUser):
    wait_time = constant(0)

    @task
    def look(self):
        with self.client.get(PATH, headers={"Cookie": f"visitor={id(self)}"}, catch_response=True) as page:
            if 'name="variant"' not in page.text:
                page.failure("nothing can be bought")
