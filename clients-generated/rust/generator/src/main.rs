//! Reads the contract as a descriptor set with comments and writes the client's generated code.
//!
//! Messages come from prost. For every unary method this adds what joins its request to its response
//! and its path, and a method of `Admiral` that makes the call, so that one layer serves all services;
//! for a method that streams, only the former.

use std::{env, error::Error, fs, path::Path};

use prost::Message;
use prost_build::{Config, Module, Service, ServiceGenerator};
use prost_types::{FileDescriptorProto, FileDescriptorSet};

const PACKAGE: &str = "admiral.optimizer.v1";
const HEADER: &str =
    "// Generated from the contract by `./admiral generate rust`; changes here are lost.\n\n";

fn main() -> Result<(), Box<dyn Error>> {
    let [descriptors, folder] = env::args()
        .skip(1)
        .collect::<Vec<_>>()
        .try_into()
        .map_err(|_| "usage: admiral-generator DESCRIPTOR_SET FOLDER")?;
    let set = FileDescriptorSet::decode(fs::read(descriptors)?.as_slice())?;
    // Also what the contract imports: types are looked up in it.
    let files: Vec<(Module, FileDescriptorProto)> = set
        .file
        .into_iter()
        .map(|file| (Module::from_protobuf_package_name(file.package()), file))
        .collect();
    let module = Module::from_protobuf_package_name(PACKAGE);
    let mut config = Config::new();
    config.service_generator(Box::new(Methods));
    let code = config
        .generate(files)?
        .remove(&module)
        .ok_or("the descriptor set holds nothing of the contract")?;
    let pretty = prettyplease::unparse(&syn::parse_file(&code)?);
    fs::write(
        Path::new(&folder).join("v1.rs"),
        HEADER.to_string() + &pretty,
    )?;
    Ok(())
}

struct Methods;

impl ServiceGenerator for Methods {
    fn generate(&mut self, service: Service, code: &mut String) {
        let mut calls = String::new();
        for method in &service.methods {
            assert!(
                !method.client_streaming,
                "{} streams requests, which this client cannot yet",
                method.proto_name
            );
            let kind = if method.server_streaming {
                "Streamed"
            } else {
                "Unary"
            };
            let (request, response) = (&method.input_type, &method.output_type);
            let path = format!(
                "/{}.{}/{}",
                service.package, service.proto_name, method.proto_name
            );
            *code += &format!(
                "impl crate::method::Method for {request} {{
                    type Response = {response};
                    const PATH: &'static str = \"{path}\";
                }}
                impl crate::method::{kind} for {request} {{}}\n"
            );
            if !method.server_streaming {
                let doc = method.comments.leading.join("\n");
                calls += &format!(
                    "#[doc = {doc:?}]
                    pub async fn {}(&self, request: {request}) -> Result<{response}, crate::Error> {{
                        self.call(request).await
                    }}\n",
                    method.name
                );
            }
        }
        *code += &format!(
            "/// The methods of `{}` with one answer. An error is that the call failed.
            impl crate::Admiral {{ {calls} }}\n",
            service.proto_name
        );
    }
}
