// Samples a model folder's fused/loop.onnx in one call: dotnet run -- out/digits 10 writes samples.pnm, one below the other.
using System; using System.IO; using System.Linq; using System.Text; using System.Text.Json;
using Microsoft.ML.OnnxRuntime; using Microsoft.ML.OnnxRuntime.Tensors;
static class Loop {
    static NamedOnnxValue Input<T>(string name, T[] values, params int[] dims) => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<T>(values, dims));
    static void Main(string[] args) {
        string folder = args[0]; int count = int.Parse(args[1]);
        JsonElement spec = JsonDocument.Parse(File.ReadAllText(folder + "/fused/table.json")).RootElement;
        double[][] rows = spec.GetProperty("rows").EnumerateArray().Select(row => row.EnumerateArray().Select(v => v.GetDouble()).ToArray()).ToArray();
        var session = new InferenceSession(folder + "/fused/loop.onnx");
        long[] numbers = Enumerable.Range(0, count).Select(i => (long)i).ToArray();
        NamedOnnxValue[] feeds = {
            Input("table", rows.SelectMany(row => row).ToArray(), rows.Length, rows[0].Length), Input("seed", numbers, count),
            Input("class_labels", numbers.Select(i => i % 10).ToArray(), count), // of a model with ten classes
            Input("guidance", new[] { spec.GetProperty("guidance").GetDouble() }, 1),
        };
        Tensor<float> x = session.Run(feeds.Where(feed => session.InputMetadata.ContainsKey(feed.Name)).ToList()).First().AsTensor<float>();
        byte[] sheet = x.Select(v => (byte)((Math.Min(Math.Max(v, -1), 1) + 1) * 127.5 + 0.5)).ToArray(); // gray: [N H, W]
        byte[] header = Encoding.ASCII.GetBytes("P5 " + x.Dimensions[3] + " " + count * x.Dimensions[2] + " 255\n");
        File.WriteAllBytes("samples.pnm", header.Concat(sheet).ToArray());
    }
}
