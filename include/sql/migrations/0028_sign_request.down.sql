DROP TABLE ops.sign_request;
