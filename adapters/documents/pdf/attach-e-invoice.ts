/** Factur-X 1.0 (the same as ZUGFeRD 2): the PDF for people holds the invoice for machines as an attachment that its metadata announces. */
import type { DocumentModel } from '../../../domain/document/model';
import type { Pdf } from './sheet';

/** The name that the standard prescribes (Factur-X 1.0, chapter 6.2). */
const fileName = 'factur-x.xml';

const property = (name: string, description: string): string => `
                <rdf:li rdf:parseType="Resource">
                  <pdfaProperty:name>${name}</pdfaProperty:name>
                  <pdfaProperty:valueType>Text</pdfaProperty:valueType>
                  <pdfaProperty:category>external</pdfaProperty:category>
                  <pdfaProperty:description>${description}</pdfaProperty:description>
                </rdf:li>`;

/** The metadata and, because PDF/A knows only its own, the description of the schema that they are written in (Factur-X 1.0, 6.3). */
const metadata = `
        <rdf:Description xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#" rdf:about="">
          <fx:DocumentType>INVOICE</fx:DocumentType>
          <fx:DocumentFileName>${fileName}</fx:DocumentFileName>
          <fx:Version>1.0</fx:Version>
          <fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
        </rdf:Description>
        <rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">
          <pdfaExtension:schemas>
            <rdf:Bag>
              <rdf:li rdf:parseType="Resource">
                <pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
                <pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
                <pdfaSchema:prefix>fx</pdfaSchema:prefix>
                <pdfaSchema:property>
                  <rdf:Seq>${property('DocumentFileName', 'The name of the embedded XML document')}${property('DocumentType', 'The type of the hybrid document in capital letters')}${property('Version', 'The actual version of the standard applying to the embedded XML document')}${property('ConformanceLevel', 'The conformance level of the embedded XML document')}
                  </rdf:Seq>
                </pdfaSchema:property>
              </rdf:li>
            </rdf:Bag>
          </pdfaExtension:schemas>
        </rdf:Description>`;

interface MetadataWriter {
  appendXML(xml: string): void;
}

/** Attaches the e-invoice to the document that it is another form of. */
export function attachEInvoice(pdf: Pdf, xml: string, { issuedAt }: DocumentModel): void {
  const at = new Date(issuedAt);
  pdf.file(Buffer.from(xml, 'utf8'), {
    name: fileName,
    type: 'text/xml',
    description: 'Factur-X invoice',
    creationDate: at,
    modifiedDate: at,
    relationship: 'Alternative',
  } as Parameters<Pdf['file']>[1]);
  (pdf as unknown as MetadataWriter).appendXML(metadata);
}
