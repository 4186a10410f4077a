/**
 * An ONNX file whose weights lie beside it, as onnx 1.23.2 wrote it: an initializer in `w`, a constant in `k`, and one of both
 * branches of an If in `j`.
 *
 * ```python
 * import numpy as np, onnx
 * from onnx import TensorProto, helper as h, numpy_helper
 *
 * constant = lambda out, name, value: h.make_node('Constant', [], [out], value=numpy_helper.from_array(value, name))
 * [one, two] = [np.arange(3, dtype='<f4'), np.ones(2, '<f4')]
 * branch = h.make_graph([constant('i', 'j', two)], 'inner', [], [h.make_tensor_value_info('i', TensorProto.FLOAT, [2])])
 * chosen = h.make_node('If', ['b'], ['o'], then_branch=branch, else_branch=branch)
 * flag = h.make_tensor_value_info('b', TensorProto.BOOL, [])
 * out = h.make_tensor_value_info('o', TensorProto.FLOAT, [2])
 * weights = numpy_helper.from_array(np.arange(4, dtype='<f4'), 'w')
 * model = h.make_model(h.make_graph([constant('c', 'k', one), chosen], 'g', [flag], [out], [weights]))
 * options = dict(all_tensors_to_one_file=False, size_threshold=0, convert_attribute=True)
 * onnx.save(model, 'external.onnx', save_as_external_data=True, **options)
 * ```
 */
const BASE64 = `
CA46qQMKThIBYyIIQ29uc3RhbnQqPwoFdmFsdWUqMwgDEAFCAWtqDQoIbG9jYXRpb24SAWtqCwoGb2Zmc2V0EgEwagwKBmxlbmd0aBICMTJwAa
ABBAqAAgoBYhIBbyICSWYqeQoLZWxzZV9icmFuY2gyZwpNEgFpIghDb25zdGFudCo+CgV2YWx1ZSoyCAIQAUIBamoNCghsb2NhdGlvbhIBamoL
CgZvZmZzZXQSATBqCwoGbGVuZ3RoEgE4cAGgAQQSBWlubmVyYg8KAWkSCgoICAESBAoCCAKgAQUqeQoLdGhlbl9icmFuY2gyZwpNEgFpIghDb2
5zdGFudCo+CgV2YWx1ZSoyCAIQAUIBamoNCghsb2NhdGlvbhIBamoLCgZvZmZzZXQSAThqCwoGbGVuZ3RoEgE4cAGgAQQSBWlubmVyYg8KAWkS
CgoICAESBAoCCAKgAQUSAWcqMwgEEAFCAXdqDQoIbG9jYXRpb24SAXdqCwoGb2Zmc2V0EgEwagwKBmxlbmd0aBICMTZwAVoLCgFiEgYKBAgJEg
BiDwoBbxIKCggIARIECgIIAkICEBw=`;

export const externalOnnx = (): Uint8Array => new Uint8Array(Buffer.from(BASE64, 'base64'));
