//! HTTP/2 without TLS, as a proxy or a load generator speaks it to us.

use super::door::Door;
use crate::world::World;
use axum::body::{Body, Bytes};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use web::serve::{Entrance, ServeLimits};

/// A connection, and the task that carries it.
async fn connect(address: SocketAddr) -> (SendRequest<Body>, JoinHandle<hyper::Result<()>>) {
    let stream = TcpStream::connect(address).await.expect("the server accepts");
    let (client, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("it speaks HTTP/2");
    (client, tokio::spawn(connection))
}

fn request(path: &str) -> hyper::http::request::Builder {
    Request::get(format!("http://juniper.localhost{path}"))
}

async fn body_of(response: hyper::Response<hyper::body::Incoming>) -> Bytes {
    axum::body::to_bytes(Body::new(response.into_body()), 1 << 20).await.expect("the answer arrives whole")
}

#[test]
fn many_requests_share_a_connection() {
    let world = World::start("sqlite");
    world.with(async {
        let (mut client, _connection) = connect(world.address).await;
        let paths = ["/", "/collections/all", "/cart", "/nothing"];
        let mut answers = Vec::new();
        for path in paths.iter().cycle().take(40) {
            client.ready().await.expect("the connection is open");
            answers.push((path, client.send_request(request(path).body(Body::empty()).expect("a request"))));
        }
        for (path, answer) in answers {
            let response = answer.await.expect("there is an answer");
            let expected = if *path == "/nothing" { StatusCode::NOT_FOUND } else { StatusCode::OK };
            assert_eq!(response.status(), expected, "{path}");
            assert!(body_of(response).await.ends_with(b"</html>") || *path == "/nothing", "{path}");
        }
        let form = request("/cart/add").method("POST").header("content-type", "application/x-www-form-urlencoded");
        client.ready().await.expect("the connection is open");
        let form = form.body(Body::from("variant=41&quantity=1")).expect("a request");
        assert_eq!(client.send_request(form).await.expect("there is an answer").status(), StatusCode::SEE_OTHER);
    });
}

#[test]
fn hosts_that_contradict_each_other_are_refused() {
    let world = World::start("sqlite");
    world.with(async {
        let (mut client, _connection) = connect(world.address).await;
        let two = request("/").header("host", "quillmere.localhost").body(Body::empty()).expect("a request");
        assert_eq!(client.send_request(two).await.expect("there is an answer").status(), StatusCode::BAD_REQUEST);
        client.ready().await.expect("the connection is open");
        let one = request("/").body(Body::empty()).expect("a request");
        assert_eq!(client.send_request(one).await.expect("there is an answer").status(), StatusCode::OK);
    });
}

#[test]
fn an_idle_connection_is_told_to_go() {
    let world = World::start("sqlite");
    let limits = ServeLimits { idle_timeout: Duration::from_secs(1), ..ServeLimits::default() };
    let door = Door::open(&world, Entrance { limits, ..Entrance::default() });
    world.with(async {
        let (mut client, connection) = connect(door.address).await;
        let one = request("/").body(Body::empty()).expect("a request");
        assert_eq!(client.send_request(one).await.expect("there is an answer").status(), StatusCode::OK);
        connection.await.expect("the task ends").expect("the connection ends without an error");
    });
}

#[test]
fn a_connection_ends_kindly_with_the_server() {
    let world = World::start("sqlite");
    let door = Door::open(&world, Entrance::default());
    world.with(async {
        let (mut client, connection) = connect(door.address).await;
        let one = request("/").body(Body::empty()).expect("a request");
        assert_eq!(client.send_request(one).await.expect("there is an answer").status(), StatusCode::OK);
        door.close().await.expect("the server has ended");
        connection.await.expect("the task ends").expect("the connection ends without an error");
    });
}
