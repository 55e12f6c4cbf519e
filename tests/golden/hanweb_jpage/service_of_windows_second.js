








totalRecord=17.0;totalPage = 10;dataStore = ['<li><a title="关于样本事项之7的通知（仅供测试）" target="_blank" href="\/art\/2020\/3\/7\/art_46143_9007.html">关于样本事项...<\/a><span>03-07<\/span><\/li>','<li><a href="http:\/\/mp.weixin.qq.com\/s\/sample" title="关于样本事项之8的通知（仅供测试）">关于样本事项之8的通知（仅供测试）<\/a><b>2020-03-08<\/b><\/li>','<li>关于样本事项之9的通知（仅供测试）<b>2020-03-09<\/b><\/li>','<li><span>10<\/span><span><a title="关于样本事项之10的通知（仅供测试）" target="_blank" href="\/art\/2020\/3\/10\/art_46143_9010.html">关于样本事项...<\/a><\/span><span>样本办函〔2020〕1号<\/span><span>2020-03-10<\/span><\/li>','<li><a title="关于样本事项之11的通知（仅供测试）" target="_blank" href="\/art\/2020\/3\/11\/art_46143_9011.html">关于样本事项...<\/a><span>02-28<\/span><\/li>','<li><a title="关于样本事项之12的通知（仅供测试）" target="_blank" href="\/art\/2020\/3\/12\/art_46143_9012.html">关于样本事项...<\/a><b>2020-03-12<\/b><\/li>'];
