"""Any other address: which sites hide a file behind a page (links), what their pages say (pages), the source."""
